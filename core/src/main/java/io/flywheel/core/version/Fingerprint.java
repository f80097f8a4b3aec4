package io.flywheel.core.version;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;

/**
 * 128 bits that stand for a state of a key, or for the states of many keys: they are added, so that
 * a sum is kept up to date by adding what came and taking away what went, and two states that are
 * there twice do not cancel each other out. {@link #NONE} stands for nothing.
 */
public record Fingerprint(long high, long low) {
  public static final Fingerprint NONE = new Fingerprint(0, 0);

  public Fingerprint plus(Fingerprint other) {
    long sum = low + other.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new Fingerprint(high + other.high + carry, sum);
  }

  public void write(ByteWriter out) {
    out.i64(high).i64(low);
  }

  public static Fingerprint read(ByteReader in) throws MalformedException {
    return new Fingerprint(in.i64(), in.i64());
  }
}
