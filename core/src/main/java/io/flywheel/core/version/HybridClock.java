package io.flywheel.core.version;

import io.flywheel.core.model.Timestamp;

/**
 * The hybrid logical clock of one node: close to the wall clock, never going back, never giving the
 * same stamp twice. It continues above the bound that was durable before the last stop, so neither
 * a restart nor a clock that was set back repeats a stamp.
 *
 * <p>Unlike its namesake it does not follow the stamps that it sees. A dot must exceed what its key
 * and its context carry, and whoever mints it sees to that; but one stamp from a clock that ran
 * ahead must not carry every other key of every other node into the future.
 */
public final class HybridClock {
  private static final long YEAR_2020_MILLIS = 1_577_836_800_000L;
  private static final long YEAR_2200_MILLIS = 7_258_118_400_000L;

  private long last;

  /** Starts above every stamp that an earlier life may have issued. */
  public HybridClock(long durableBound) {
    last = durableBound;
  }

  /**
   * Whether a wall clock can be right at all. One that was never set would let values expire before
   * they are read.
   */
  public static boolean isPlausible(long wallMillis) {
    return wallMillis >= YEAR_2020_MILLIS && wallMillis < YEAR_2200_MILLIS;
  }

  /** The newest stamp that was given. */
  public long last() {
    return last;
  }

  /** The stamp that {@link #next} would give; nothing changes. */
  public long peek(long wallMillis) {
    return Math.max(Timestamp.ofMillis(wallMillis), last + 1);
  }

  /** A stamp above every earlier one. */
  public long next(long wallMillis) {
    last = peek(wallMillis);
    return last;
  }
}
