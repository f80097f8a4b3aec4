package io.flywheel.core.version;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Takes the fingerprints of records: the first half of SHA-256 over the cluster's secret, the key,
 * the record's beginning, and its length and checksum. A record begins with its clock, which tells
 * states apart, and its checksum covers all of it, values included, so that also what rots under
 * the same clock is seen; to digest large values in full would cost a tenth of a put. Records are
 * canonical, so equal states have equal fingerprints on all nodes; the secret keeps a client from
 * writing keys whose sums collide. Not safe for use by several threads.
 */
public final class Fingerprints {
  private static final int BEGINNING_BYTES = 160;

  private final MessageDigest digest;
  private final byte[] secret;

  public Fingerprints(Bytes secret) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    this.secret = digest.digest(secret.array());
  }

  public Fingerprint of(Key key, Bytes record) {
    digest.update(secret);
    digest.update(Bytes.utf8(key.namespace()).array());
    digest.update((byte) 0);
    digest.update(key.bytes().array());
    byte[] bytes = record.array();
    int beginning = Math.min(BEGINNING_BYTES, bytes.length);
    int checksum = Math.min(Integer.BYTES, bytes.length);
    digest.update(bytes, 0, beginning);
    digest.update(bytes, bytes.length - checksum, checksum);
    digest.update(new ByteWriter(Integer.BYTES).i32(bytes.length).toByteArray());
    try {
      return Fingerprint.read(new ByteReader(digest.digest()));
    } catch (MalformedException e) {
      throw new IllegalStateException("32 bytes hold a fingerprint", e);
    }
  }

  /** Nothing has no fingerprint. */
  public Fingerprint of(Key key, Siblings siblings) {
    return siblings.isEmpty() ? Fingerprint.NONE : of(key, SiblingsCodec.encode(key, siblings));
  }
}
