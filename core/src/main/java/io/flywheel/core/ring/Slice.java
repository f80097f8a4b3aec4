package io.flywheel.core.ring;

import io.flywheel.core.model.Key;

/**
 * One of {@code width} equal parts of a partition, counted clockwise: what two replicas compare
 * where their partitions differ. A partition is its own only slice at width 1.
 */
public record Slice(int partition, int width, int index) {
  /** The finest width that anybody compares. */
  public static final int MOST = 1 << 15;

  public Slice {
    if (width < 1 || width > MOST || index < 0 || index >= width) {
      throw new IllegalArgumentException("no slice " + index + " of " + width);
    }
  }

  /** The index of the slice, among {@code width} of its partition, that a key lies in. */
  public static int indexOf(Key key, int partitions, int width) {
    long overall = Math.unsignedMultiplyHigh(key.hashHigh(), (long) partitions * width);
    return (int) (overall % width);
  }

  /** The first hash in this slice, as the upper 64 bits of a place on a ring of Q partitions. */
  public long startHash(int partitions) {
    return startOf((long) partition * width + index, (long) partitions * width);
  }

  /** The first hash after this slice; 0 where it ends with the ring. */
  public long endHash(int partitions) {
    long count = (long) partitions * width;
    long next = (long) partition * width + index + 1;
    return next == count ? 0 : startOf(next, count);
  }

  /** One of the {@code factor} parts that this slice is cut into. */
  public Slice child(int factor, int part) {
    return new Slice(partition, width * factor, index * factor + part);
  }

  /** (index * 2^64) / count, rounded up: a long division with digits of 32 bits. */
  private static long startOf(long index, long count) {
    long upper = Long.divideUnsigned(index << 32, count);
    long rest = Long.remainderUnsigned(index << 32, count);
    long lower = Long.divideUnsigned(rest << 32, count);
    boolean exact = Long.remainderUnsigned(rest << 32, count) == 0;
    return (upper << 32 | lower) + (exact ? 0 : 1);
  }
}
