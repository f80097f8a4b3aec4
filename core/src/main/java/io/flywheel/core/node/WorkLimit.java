package io.flywheel.core.node;

/**
 * How many requests are worked on at a time: as many as there are where they wait for disks and for
 * other nodes, and as few as keep this node busy where they wait for it. The rest waits in its
 * line, where it is refused in time. What tells the two apart is how long a request takes, beside
 * what it takes while few are under way (Brakmo and Peterson, 'TCP Vegas', 1995): while the line
 * stands and they take much longer than that, the number becomes an eighth smaller, and else an
 * eighth larger, unless the line stands for another reason.
 */
final class WorkLimit {
  /** Enough to keep a processor busy while others wait for a disk. */
  static final int LEAST = 24;

  static final int MOST = 16_384;
  private static final int STEP_PART = 8;
  static final long WINDOW_MILLIS = 100;

  /** The mean of fewer says nothing. */
  static final int SAMPLE = 8;

  /** So much longer than usual is no sign of too many: a sync and a turn or two of three nodes. */
  static final long SLACK_MILLIS = 12;

  /** Where so few take so long for three seconds, it is not this node that they wait for. */
  private static final int WINDOWS_AT_LEAST = 30;

  private int limit = MOST;
  private int windowsAtLeast;
  private double usualMillis = Double.MAX_VALUE;
  private long windowSinceMillis;
  private int done;
  private long sumMillis;
  private int mostUnderWay;

  boolean hasRoomBeside(int underWay) {
    return underWay < limit;
  }

  /**
   * One is done that was under way here.
   *
   * @param millis how long it was
   * @param underWay how many there were, with it
   * @param stands whether more comes than is done
   */
  void took(long nowMillis, long millis, int underWay, boolean stands) {
    done++;
    sumMillis += millis;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    if (done >= SAMPLE && nowMillis - windowSinceMillis >= WINDOW_MILLIS) {
      follow((double) sumMillis / done, stands);
      windowSinceMillis = nowMillis;
      done = 0;
      sumMillis = 0;
      mostUnderWay = 0;
    }
  }

  private void follow(double meanMillis, boolean stands) {
    windowsAtLeast = stands && limit == LEAST ? windowsAtLeast + 1 : 0;
    if (meanMillis < usualMillis || windowsAtLeast > WINDOWS_AT_LEAST) {
      usualMillis = meanMillis;
    }
    if (stands && meanMillis > usualMillis + Math.max(usualMillis, SLACK_MILLIS)) {
      int busy = Math.min(limit, mostUnderWay);
      limit = Math.max(LEAST, busy - busy / STEP_PART);
    } else if (!stands || mostUnderWay >= limit) {
      limit = Math.min(MOST, limit + limit / STEP_PART);
    }
  }
}
