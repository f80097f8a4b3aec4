package io.flywheel.core.node;

import io.flywheel.core.model.ExpectedSize;

/**
 * How many requests may be under way at once, so that what they read fits into memory. Nobody knows
 * how large a record is before it was read, see {@link ExpectedSize}. One may always be under way.
 */
final class ReadingRoom {
  /** The most bytes of records; each takes its size several times, for copies and messages. */
  static final long MOST_BYTES = 16L << 20;

  private final ExpectedSize record = new ExpectedSize(0);

  /** A record of this size was read. */
  void read(long bytes) {
    record.saw(bytes);
  }

  boolean hasRoomBeside(int underWay) {
    return underWay == 0 || (underWay + 1) * record.bytes() <= MOST_BYTES;
  }
}
