package io.flywheel.core.handoff;

/**
 * How many payments may be under way at a time. An owner that has just come back is slow: its code
 * is not compiled, its caches are empty, and everybody has something for it, while clients ask it
 * again. So payments begin with few; each that is confirmed promptly makes room for one more, and
 * one that took long halves the room, as TCP does for networks (Jacobson, 'Congestion Avoidance and
 * Control', 1988). After a rest they begin with few again.
 */
final class PaymentWindow {
  private static final int LEAST = 1;
  private static final int FIRST = 4;
  private static final int MOST = 128;
  private static final long PROMPT_MILLIS = 50;
  private static final long REST_MILLIS = 1_000;

  private int size = FIRST;
  private long halvedMillis = Long.MIN_VALUE;
  private long lastMillis = Long.MIN_VALUE;

  int size(long nowMillis) {
    return nowMillis - REST_MILLIS > lastMillis ? FIRST : size;
  }

  /** The owner has a payment, sent at that time, on its disk. */
  void confirmed(long sentMillis, long nowMillis) {
    size = size(nowMillis);
    lastMillis = nowMillis;
    if (nowMillis - sentMillis <= PROMPT_MILLIS) {
      size = Math.min(MOST, size + 1);
    } else if (sentMillis > halvedMillis) {
      // Others that were under way at that time say nothing new.
      size = Math.max(LEAST, size / 2);
      halvedMillis = nowMillis;
    }
  }
}
