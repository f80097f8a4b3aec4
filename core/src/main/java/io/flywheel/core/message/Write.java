package io.flywheel.core.message;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.SiblingsCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What a put or a delete wants a key to hold. */
public record Write(boolean tombstone, String contentType, Bytes value) {
  /** Never used but to be cloned: to look one up costs as much as a small digest. */
  private static final MessageDigest SHA_256 = sha256();

  public static final Write DELETION = new Write(true, "", Bytes.EMPTY);

  public static Write of(Bytes value) {
    return new Write(false, "", value);
  }

  /** Tells whether two writes with the same request id are the same operation. */
  public long digest() {
    var head = new ByteWriter(contentType.length() + 16);
    head.bool(tombstone).text(contentType).varint(value.length());
    try {
      var digest = (MessageDigest) SHA_256.clone();
      digest.update(head.toByteArray());
      return new ByteReader(digest.digest(value.array())).i64();
    } catch (CloneNotSupportedException | MalformedException e) {
      throw new IllegalStateException("Java's own SHA-256 can be cloned, and has 32 bytes", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void write(ByteWriter out) {
    out.bool(tombstone).text(contentType).bytes(value);
  }

  static Write read(ByteReader in) throws MalformedException {
    boolean tombstone = in.bool();
    String contentType = in.text(Sibling.MAX_CONTENT_TYPE_BYTES);
    return new Write(tombstone, contentType, in.bytes(SiblingsCodec.MAX_RECORD_BYTES));
  }
}
