package io.flywheel.core.handoff;

/**
 * Allows so many units a second, and saves up what is not used for at most a second. Background
 * work that has fallen behind therefore never comes all at once (Huang et al., 'Metastable Failures
 * in the Wild', 2022).
 */
public final class TokenBucket {
  private final long perSecond;
  private double tokens;
  private long sinceMillis;

  /** Full at the start. */
  public TokenBucket(long perSecond, long nowMillis) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.sinceMillis = nowMillis;
  }

  /**
   * Takes {@code amount} if there is anything left: a large piece is let through and paid for
   * afterwards, or it would never be.
   */
  public boolean take(long amount, long nowMillis) {
    refill(nowMillis);
    if (tokens <= 0) {
      return false;
    }
    tokens -= amount;
    return true;
  }

  /** Pays for what was not known beforehand, on credit if need be. */
  public void spend(long amount, long nowMillis) {
    refill(nowMillis);
    tokens -= amount;
  }

  /** When there will be something again, in milliseconds from now; 0 for at once. */
  public long millisUntilAny(long nowMillis) {
    refill(nowMillis);
    return tokens > 0 ? 0 : (long) (-tokens * 1000 / perSecond) + 1;
  }

  private void refill(long nowMillis) {
    tokens =
        Math.min(
            (double) perSecond, tokens + (nowMillis - sinceMillis) * (double) perSecond / 1000);
    sinceMillis = nowMillis;
  }
}
