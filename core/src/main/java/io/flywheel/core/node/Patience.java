package io.flywheel.core.node;

/**
 * The part of its time that a request may wait in a line that stands. Where a good share has to be
 * refused anyway there is always another one to be begun: to refuse sooner costs nothing, and what
 * is done is done sooner. So the part halves with each half second in which that is so, and doubles
 * with each in which it is not.
 *
 * <p>Clients that ask again at once, when they are refused, make many refusals of few requests,
 * though all could be done if they waited. So every now and then it is given a new start.
 */
final class Patience {
  static final long WINDOW_MILLIS = 500;

  /** More than a client with hundreds under way makes by itself. */
  static final int LARGEST_PART = 6;

  static final int SMALLEST_PART = 128;

  /** One is refused for each two that are begun. */
  private static final int GOOD_SHARE = 2;

  /** Five minutes, so that the three seconds that follow count for less than one request in 100. */
  static final int MOST_WINDOWS_AT_SMALLEST = 600;

  private long windowSinceMillis;
  private int begun;
  private int refused;
  private int part = LARGEST_PART;
  private int windowsAtSmallest;

  void begun() {
    begun++;
  }

  void refused() {
    refused++;
  }

  /** One over the part. */
  int part(long nowMillis) {
    long passed = nowMillis - windowSinceMillis;
    if (passed >= WINDOW_MILLIS) {
      part = passed < 2 * WINDOW_MILLIS ? next() : LARGEST_PART;
      windowSinceMillis = nowMillis;
      begun = 0;
      refused = 0;
    }
    return part;
  }

  /** Whether a good share is refused. */
  boolean isShort(long nowMillis) {
    return part(nowMillis) > LARGEST_PART;
  }

  private int next() {
    windowsAtSmallest = part == SMALLEST_PART ? windowsAtSmallest + 1 : 0;
    if (windowsAtSmallest == MOST_WINDOWS_AT_SMALLEST) {
      return LARGEST_PART;
    }
    return refused > begun / GOOD_SHARE
        ? Math.min(SMALLEST_PART, 2 * part)
        : Math.max(LARGEST_PART, part / 2);
  }
}
