package io.flywheel.core.membership;

/**
 * Says how unusual a member's silence is (Hayashibara et al., 'The φ Accrual Failure Detector',
 * 2004). From the intervals between its last heartbeats it estimates a normal distribution; φ is
 * -log10 of the probability that a heartbeat still comes after so long a silence. φ = 8 means: one
 * such silence in a hundred million is innocent.
 *
 * <p>All times are arrivals by the local monotonic clock. Nothing that the other side says about
 * time enters: a remote clock that jumps must not kill its owner.
 */
public final class PhiAccrualDetector {
  private static final int WINDOW = 64;
  private static final double LEAST_DEVIATION_MILLIS = 200;

  private final double[] intervals = new double[WINDOW];
  private int known;
  private int next;
  private double mean;
  private double deviation;
  private long lastArrivalMillis;

  /** Begins as if a heartbeat had come now and came every {@code expectedIntervalMillis}. */
  public PhiAccrualDetector(long nowMillis, long expectedIntervalMillis) {
    lastArrivalMillis = nowMillis;
    add(expectedIntervalMillis * 0.75);
    add(expectedIntervalMillis * 1.25);
  }

  public void arrived(long nowMillis) {
    add((double) (nowMillis - lastArrivalMillis));
    lastArrivalMillis = nowMillis;
  }

  /** After an absence intervals start anew: the absence itself was no interval. */
  public void resume(long nowMillis) {
    lastArrivalMillis = nowMillis;
  }

  /** So much of the present silence was not the member's. */
  void pardon(long millis) {
    lastArrivalMillis += millis;
  }

  public double phi(long nowMillis) {
    return phi((double) (nowMillis - lastArrivalMillis), mean, deviation);
  }

  /**
   * Whether φ is at least {@code bar}, which is 1 or more. It is asked for every replica of every
   * request, and a silence that is not longer than usual, as nearly all are, needs no exponential.
   */
  boolean isAtLeast(double bar, long nowMillis) {
    return nowMillis - lastArrivalMillis > mean && phi(nowMillis) >= bar;
  }

  /** The tail of the normal distribution in its logistic approximation (Bowling et al. 2009). */
  static double phi(double silenceMillis, double meanMillis, double deviationMillis) {
    double y = (silenceMillis - meanMillis) / deviationMillis;
    double e = StrictMath.exp(-y * (1.5976 + 0.070566 * y * y));
    double later = silenceMillis > meanMillis ? e / (1 + e) : 1 - 1 / (1 + e);
    return -StrictMath.log10(Math.max(later, Double.MIN_NORMAL));
  }

  private void add(double interval) {
    intervals[next] = interval;
    next = (next + 1) % WINDOW;
    known = Math.min(known + 1, WINDOW);
    mean = 0;
    for (int i = 0; i < known; i++) {
      mean += intervals[i] / known;
    }
    double variance = 0;
    for (int i = 0; i < known; i++) {
      variance += (intervals[i] - mean) * (intervals[i] - mean) / known;
    }
    deviation = Math.max(LEAST_DEVIATION_MILLIS, StrictMath.sqrt(variance));
  }
}
