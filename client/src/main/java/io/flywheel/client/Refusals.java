package io.flywheel.client;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether nodes that have too much to do are the exception. Then another one is asked. Where they
 * are not, as more is asked than all of them can do, a second try takes the place of somebody
 * else's first one, and is answered late: whoever is refused is told at once. As in gRPC's retry
 * throttling refusals are set off against successes, and half of a balance has to be left. One
 * refusal for each success is borne, which is what a key has whose first replica is overloaded.
 */
final class Refusals {
  private static final int MOST = 200;

  private final AtomicInteger balance = new AtomicInteger(MOST);

  void refused() {
    balance.updateAndGet(before -> Math.max(0, before - 1));
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
