package io.flywheel.core.node;

/**
 * How many requests are worked on at a time: as many as there are where they wait for disks and for
 * other nodes, and as few as keep this node busy where they wait for it. The rest waits in its
 * line, where it is refused in time. Each turn of the loop that takes long makes the number an
 * eighth smaller, each short one in which it held somebody back makes it a little larger (additive
 * increase, multiplicative decrease: Chiu and Jain, 1989).
 */
final class WorkLimit {
  /** Enough to keep a processor busy while others wait for a disk. */
  static final int LEAST = 64;

  static final int MOST = 16_384;
  private static final int FIRST = 1_024;
  private static final int MORE = 1;
  private static final int LESS_PART = 8;

  /** Whoever is under way passes through three turns and more, of several nodes. */
  private static final long LONG_TURN_MILLIS = 5;

  private int limit = FIRST;

  boolean hasRoomBeside(int underWay) {
    return underWay < limit;
  }

  /** From what was read first to what was answered last. */
  void turnTook(long millis, boolean heldBack) {
    if (millis >= LONG_TURN_MILLIS) {
      limit = Math.max(LEAST, limit - limit / LESS_PART);
    } else if (heldBack) {
      limit = Math.min(MOST, limit + MORE);
    }
  }
}
