package io.flywheel.client;

/**
 * How long a get may take before another node is asked too: about the 95th percentile of recent
 * gets.
 *
 * <p>The estimate moves with each get: up by 9.5% when it took longer, down by 0.5% when it did
 * not. It rests where one in twenty takes longer, follows a change within some hundred gets, and
 * needs no memory of them (a frugal quantile: Ma, Muthukrishnan, Sandler, 2013). Threads that
 * overwrite each other's step only make it move a little slower.
 */
final class HedgeDelay {
  private static final double UP = 1.095;
  private static final double DOWN = 0.995;

  private final double leastNanos;
  private final double mostNanos;
  private volatile double estimateNanos;

  HedgeDelay(long leastNanos, long mostNanos) {
    this.leastNanos = leastNanos;
    this.mostNanos = mostNanos;
    this.estimateNanos = mostNanos;
  }

  void took(long nanos) {
    double now = estimateNanos;
    double next = nanos > now ? now * UP : now * DOWN;
    estimateNanos = Math.max(leastNanos, Math.min(mostNanos, next));
  }

  long nanos() {
    return (long) estimateNanos;
  }
}
