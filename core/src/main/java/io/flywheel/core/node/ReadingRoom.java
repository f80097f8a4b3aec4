package io.flywheel.core.node;

/**
 * How many requests may be under way at once, so that what they read fits into memory. Nobody knows
 * how large a record is before it was read: each is expected to be as large as the largest that was
 * lately read, which is forgotten as smaller ones are. One may always be under way.
 */
final class ReadingRoom {
  /** The most bytes of records; each takes its size several times, for copies and messages. */
  static final long MOST_BYTES = 16L << 20;

  private static final int FORGETTING = 64;

  private long expectedBytes;
  private int underWay;

  /** A record of this size was read. */
  void read(long bytes) {
    long less = Math.max(0, expectedBytes - bytes);
    expectedBytes = Math.max(bytes, expectedBytes - (less + FORGETTING - 1) / FORGETTING);
  }

  boolean hasRoom() {
    return underWay == 0 || (underWay + 1) * expectedBytes <= MOST_BYTES;
  }

  void begins() {
    underWay++;
  }

  void ends() {
    underWay--;
  }
}
