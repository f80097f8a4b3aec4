package io.flywheel.core.model;

/** Names one write of one client, so that a retry of it is recognised: 128 bits. */
public record RequestId(long high, long low) {
  public void write(ByteWriter out) {
    out.i64(high).i64(low);
  }

  public static RequestId read(ByteReader in) throws MalformedException {
    return new RequestId(in.i64(), in.i64());
  }

  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
