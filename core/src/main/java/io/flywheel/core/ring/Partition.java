package io.flywheel.core.ring;

import io.flywheel.core.model.Key;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One of the Q equal parts of the ring (Dynamo 6.2, strategy 3), counted clockwise from token zero.
 *
 * <p>Partition {@code i} holds the tokens from {@code i * 2^128 / Q} up to the start of the next.
 * It is found by one multiplication: the upper half of {@code hash * Q}, where the hash is read as
 * a fraction of the whole ring. So Q need not be a power of two; the upper 64 bits of the hash are
 * enough, because they make the parts equal to within one in 2^48 even for the largest Q.
 */
public record Partition(int index) implements Comparable<Partition> {
  /** The largest Q. */
  public static final int MOST = 65_536;

  /** How many of them a node should own the first copy of, where there can be so many. */
  public static final int FOR_EACH_NODE = 256;

  private static final int USUAL = 4_096;

  public Partition {
    if (index < 0 || index >= MOST) {
      throw new IllegalArgumentException("a partition's index is 0 to 65,535, not " + index);
    }
  }

  /** Q as it should be chosen for so many nodes: a power of two, 4,096 at the least. */
  public static int countFor(int nodes) {
    int count = USUAL;
    while (count < MOST && count < (long) nodes * FOR_EACH_NODE) {
      count *= 2;
    }
    return count;
  }

  public static Partition of(Key key, int partitions) {
    return of(key.hashHigh(), partitions);
  }

  public static Partition of(Token token, int partitions) {
    return of(token.high(), partitions);
  }

  /** Those with these numbers, ascending. */
  static List<Partition> listOf(BitSet numbers) {
    var partitions = new ArrayList<Partition>(numbers.cardinality());
    for (int i = numbers.nextSetBit(0); i >= 0; i = numbers.nextSetBit(i + 1)) {
      partitions.add(new Partition(i));
    }
    return partitions;
  }

  /** The first token of this partition, for display. */
  public Token start(int partitions) {
    checkCount(partitions);
    if (index >= partitions) {
      throw new IllegalArgumentException(this + " is not one of " + partitions);
    }
    // (index * 2^64) / partitions, rounded up: a long division with digits of 32 bits.
    long upper = ((long) index << 32) / partitions;
    long rest = ((long) index << 32) % partitions;
    long lower = (rest << 32) / partitions;
    boolean exact = (rest << 32) % partitions == 0;
    return new Token((upper << 32 | lower) + (exact ? 0 : 1), 0);
  }

  static void checkCount(int partitions) {
    if (partitions < 1 || partitions > MOST) {
      throw new IllegalArgumentException("the ring has 1 to 65,536 partitions, not " + partitions);
    }
  }

  private static Partition of(long hashHigh, int partitions) {
    checkCount(partitions);
    return new Partition((int) Math.unsignedMultiplyHigh(hashHigh, partitions));
  }

  @Override
  public int compareTo(Partition other) {
    return Integer.compare(index, other.index);
  }

  @Override
  public String toString() {
    return "partition " + index;
  }
}
