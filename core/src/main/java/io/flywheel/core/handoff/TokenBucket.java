package io.flywheel.core.handoff;

/**
 * Allows so many units a second, and saves up what is not used for at most a second. Background
 * work that has fallen behind therefore never comes all at once (Huang et al., 'Metastable Failures
 * in the Wild', 2022).
 */
public final class TokenBucket {
  private double perSecond;
  private double tokens;
  private long sinceMillis;

  /** Full at the start. */
  public TokenBucket(double perSecond, long nowMillis) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.sinceMillis = nowMillis;
  }

  /** From now on so many a second; more than that is not kept either. */
  void refillAt(double rate, long nowMillis) {
    refill(nowMillis);
    perSecond = rate;
    tokens = Math.min(rate, tokens);
  }

  /** How many are left; negative where some were spent on credit. */
  double left(long nowMillis) {
    refill(nowMillis);
    return tokens;
  }

  /**
   * Pays, on credit if need be: a large piece is let through while anything is left and paid for
   * afterwards, or it would never be.
   */
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
    tokens = Math.min(perSecond, tokens + (nowMillis - sinceMillis) * perSecond / 1000);
    sinceMillis = nowMillis;
  }
}
