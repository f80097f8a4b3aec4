package io.flywheel.server.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what all clients of a server together take of it, be it memory or connections: whoever
 * wants more asks first, and is refused early instead of everybody failing late. On any thread: the
 * bound is the server's, however many lanes it has.
 */
final class Budget {
  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  Budget(long limit) {
    this.limit = limit;
  }

  /** Takes a part, or nothing and says so. What is alone gets its part whatever its size. */
  boolean take(long amount) {
    return fits(
        taken.getAndUpdate(before -> fits(before, amount) ? before + amount : before), amount);
  }

  /** Whether a part could be taken now. */
  boolean affords(long amount) {
    return fits(taken.get(), amount);
  }

  private boolean fits(long before, long amount) {
    return before == 0 || amount <= limit - before;
  }

  void giveBack(long amount) {
    if (taken.addAndGet(-amount) < 0) {
      throw new IllegalStateException("gave back more than was taken");
    }
  }

  long taken() {
    return taken.get();
  }
}
