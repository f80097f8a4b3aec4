package io.flywheel.core.model;

/**
 * A stamp of the hybrid logical clock (Kulkarni et al. 2014) in one long: 48 bits of milliseconds
 * since 1970, then 16 bits that count within the millisecond. Compared as a signed number it orders
 * by time first; 48 bits last until the year 10,889 and keep the long positive until 6,429.
 */
public final class Timestamp {
  /** No stamp: older than every stamp that was ever minted. */
  public static final long NONE = 0;

  /** The newest stamp that is believed: in the year 4,199, with room for those minted above it. */
  public static final long MAX = 1L << 62;

  private static final int COUNTER_BITS = 16;

  private Timestamp() {}

  public static long ofMillis(long millis) {
    return millis << COUNTER_BITS;
  }

  public static long millis(long stamp) {
    return stamp >>> COUNTER_BITS;
  }

  public static int counter(long stamp) {
    return (int) (stamp & ((1 << COUNTER_BITS) - 1));
  }
}
