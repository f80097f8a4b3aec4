package io.flywheel.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps retries from making an overload worse. Each request earns a share of a token and each retry
 * or hedge costs a whole one, so over time they are at most that share of all requests. What is
 * saved is bounded, and there from the start: enough for those in flight when one node goes.
 */
final class RetryBudget {
  static final int MOST_TOKENS = 100;
  private static final long TOKEN = 1_000;

  private final long earnedPerRequest;
  private final AtomicLong saved;

  /**
   * @param share of retries in all requests, 0 for none at all
   */
  RetryBudget(double share) {
    this.earnedPerRequest = Math.round(share * TOKEN);
    this.saved = new AtomicLong(earnedPerRequest == 0 ? 0 : MOST_TOKENS * TOKEN);
  }

  void earn() {
    long before = saved.get();
    if (before < MOST_TOKENS * TOKEN) {
      saved.addAndGet(earnedPerRequest); // A little above the bound does no harm.
    }
  }

  boolean spend() {
    long before = saved.get();
    while (before >= TOKEN) {
      if (saved.compareAndSet(before, before - TOKEN)) {
        return true;
      }
      before = saved.get();
    }
    return false;
  }
}
