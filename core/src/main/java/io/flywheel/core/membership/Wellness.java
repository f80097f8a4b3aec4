package io.flywheel.core.membership;

import io.flywheel.core.model.Claim;

/**
 * What a node suspects of itself (Dadgar et al., 'Lifeguard', 2018). One that was paused, or whose
 * own messages seem to get nowhere, sees silence everywhere; it has to doubt itself before others.
 * Each sign of that raises the bar for its accusations for a while.
 */
final class Wellness {
  static final long PAUSE_MILLIS = 1_500;

  private static final long SLOW_STORE_MILLIS = 1_000;
  private static final long RECOVERY_MILLIS = 10_000;
  private static final long DECAY_MILLIS = 3_000;
  private static final int MOST_DOUBT = 7;

  private long pausedUntilMillis = Long.MIN_VALUE;
  private long slowUntilMillis = Long.MIN_VALUE;
  private boolean full;
  private int doubt;
  private long decaysAtMillis;

  /** It woke so much later than it should have. */
  void paused(long nowMillis) {
    pausedUntilMillis = nowMillis + RECOVERY_MILLIS;
    doubt(2, nowMillis);
  }

  /** For how long the oldest store has been under way. */
  void storing(long oldestMillis, long nowMillis) {
    if (oldestMillis >= SLOW_STORE_MILLIS) {
      slowUntilMillis = nowMillis + RECOVERY_MILLIS;
      doubt(1, nowMillis);
    }
  }

  void diskFull(boolean isFull) {
    full = isFull;
  }

  /** Others were asked for help and none said anything: it is rather us. */
  void unheard(long nowMillis) {
    doubt(1, nowMillis);
  }

  private void doubt(int signs, long nowMillis) {
    doubt = Math.min(MOST_DOUBT, doubt + signs);
    decaysAtMillis = nowMillis + DECAY_MILLIS;
  }

  /** How many times the usual evidence and patience it takes to accuse somebody. */
  int bar(long nowMillis) {
    while (doubt > 0 && nowMillis >= decaysAtMillis) {
      doubt--;
      decaysAtMillis += DECAY_MILLIS;
    }
    return 1 + doubt;
  }

  /** What the others should know, as flags of a {@link Claim}. */
  int flags(long nowMillis) {
    return (nowMillis < slowUntilMillis ? Claim.SLOW_DISK : 0)
        | (nowMillis < pausedUntilMillis ? Claim.PAUSED : 0)
        | (full ? Claim.FULL_DISK : 0);
  }
}
