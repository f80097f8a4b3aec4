package io.flywheel.core.replica;

/**
 * How long stores take lately to be durable, the way to the processor and back included, and
 * whether that is longer than they take here when nothing is in their way. Of those that end
 * together the one that took longest counts, for a sixteenth of the mean; the least that this mean
 * has been for some minutes is the way of this machine and its disk, as the least delay of a path
 * is in LEDBAT (RFC 6817).
 */
final class StoreDelay {
  private static final double PART = 16;

  /** The least of this time and of the one before it counts. */
  private static final long WINDOW_MILLIS = 300_000;

  /** A mean that is older says nothing about now. */
  private static final long STALE_MILLIS = 1_000;

  private static final double FACTOR = 2;

  /** Differences that are smaller may come of a clock that counts milliseconds. */
  private static final double LEAST_MILLIS = 0.75;

  private double mean;
  private double leastBefore = Double.MAX_VALUE;
  private double least = Double.MAX_VALUE;
  private long windowEndsMillis;
  private long tookMillis;

  void took(long millis, long nowMillis) {
    mean = least == Double.MAX_VALUE ? millis : mean + (millis - mean) / PART;
    tookMillis = nowMillis;
    if (nowMillis >= windowEndsMillis) {
      windowEndsMillis = nowMillis + WINDOW_MILLIS;
      leastBefore = least;
      least = mean;
    }
    least = Math.min(least, mean);
  }

  /** Whether they take longer than they used to, by more than chance. */
  boolean isSlowerThanUsual(long nowMillis) {
    return nowMillis - tookMillis < STALE_MILLIS
        && mean > FACTOR * Math.min(least, leastBefore) + LEAST_MILLIS;
  }
}
