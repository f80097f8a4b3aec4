package io.flywheel.core.ring;

import io.flywheel.core.model.Key;
import java.util.HexFormat;

/** A place on the ring: an unsigned number of 128 bits, written as 32 hexadecimal digits. */
public record Token(long high, long low) implements Comparable<Token> {
  public static Token of(Key key) {
    return new Token(key.hashHigh(), key.hashLow());
  }

  @Override
  public int compareTo(Token other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    var hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
