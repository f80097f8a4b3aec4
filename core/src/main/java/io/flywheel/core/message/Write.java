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
  public static final Write DELETION = new Write(true, "", Bytes.EMPTY);

  public static Write of(Bytes value) {
    return new Write(false, "", value);
  }

  /** Tells whether two writes with the same request id are the same operation. */
  public long digest() {
    var head = new ByteWriter(contentType.length() + 16);
    head.bool(tombstone).text(contentType).varint(value.length());
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(head.toByteArray());
      return new ByteReader(digest.digest(value.array())).i64();
    } catch (NoSuchAlgorithmException | MalformedException e) {
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
