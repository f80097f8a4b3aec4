package io.flywheel.server.http;

/**
 * Bounds what clients make a server keep in memory, over all connections: whoever wants more asks
 * first, and is refused early instead of everybody failing late. On one thread only.
 */
final class MemoryBudget {
  private final long limitBytes;
  private long takenBytes;

  MemoryBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes a part, or nothing and says so. What is alone gets its part whatever its size. */
  boolean take(long bytes) {
    if (takenBytes > 0 && bytes > limitBytes - takenBytes) {
      return false;
    }
    takenBytes += bytes;
    return true;
  }

  void giveBack(long bytes) {
    takenBytes -= bytes;
    if (takenBytes < 0) {
      throw new IllegalStateException("gave back more than was taken");
    }
  }

  long takenBytes() {
    return takenBytes;
  }
}
