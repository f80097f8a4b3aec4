package io.flywheel.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a node that has too much to do is to be expected to refuse. What another one has refused
 * is not sent there then: it would take the place of somebody's first try, and be answered late. As
 * in gRPC's retry throttling refusals are set off against successes, and half of a balance has to
 * be left: a node that refuses more than a third has none after a while. It is forgotten a second
 * after the last of them.
 */
final class Refusals {
  private static final int SUCCESSES_PER_REFUSAL = 2;
  private static final int MOST = 200;
  private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final AtomicInteger balance = new AtomicInteger(MOST);
  private volatile long lastNanos;

  void refused(long nowNanos) {
    lastNanos = nowNanos;
    balance.updateAndGet(before -> Math.max(0, before - SUCCESSES_PER_REFUSAL));
  }

  void succeeded() {
    if (balance.get() < MOST) {
      balance.incrementAndGet(); // A little above the bound does no harm.
    }
  }

  boolean areRare(long nowNanos) {
    return balance.get() > MOST / 2 || nowNanos - lastNanos > MEMORY_NANOS;
  }
}
