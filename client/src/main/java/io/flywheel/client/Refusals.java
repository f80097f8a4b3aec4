package io.flywheel.client;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether nodes that have too much to do are the exception. Then another one is asked. Where they
 * are not, as more is asked than all of them can do, a second try takes the place of somebody
 * else's first one, and is answered late: whoever is refused is told at once. The balance is that
 * of gRPC's retry throttling: a refusal costs as much as {@value #SUCCESSES_PER_REFUSAL} successes
 * bring, up to a bound, and half of that has to be there.
 */
final class Refusals {
  private static final int SUCCESSES_PER_REFUSAL = 2;
  private static final int MOST = 400;

  private final AtomicInteger balance = new AtomicInteger(MOST);

  void refused() {
    balance.updateAndGet(before -> Math.max(0, before - SUCCESSES_PER_REFUSAL));
  }

  void succeeded() {
    if (balance.get() < MOST) {
      balance.incrementAndGet(); // A little above the bound does no harm.
    }
  }

  boolean areRare() {
    return balance.get() > MOST / 2;
  }
}
