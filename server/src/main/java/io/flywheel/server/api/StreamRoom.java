package io.flywheel.server.api;

import io.flywheel.core.model.ExpectedSize;

/**
 * How many requests of a stream are taken off the wire before they are answered: as many as the
 * node can tell of in time that they are too much, while what they ask for is small, see {@link
 * ExpectedSize}.
 */
final class StreamRoom {
  static final int LEAST = 256;
  static final int MOST = 1_024;

  /** What the answers may take, for more than the least number of requests. */
  static final long MOST_BYTES = 16L << 20;

  private final ExpectedSize answer = new ExpectedSize(MOST_BYTES / LEAST);
  private int awaited;
  private int unanswered;

  /** How many more are to be taken now, and are awaited from then on. */
  int more() {
    int more = Math.max(0, most() - unanswered - awaited);
    awaited += more;
    return more;
  }

  /** Whether none is to be taken now; for who takes them one by one, and awaits none. */
  boolean isFull() {
    return unanswered >= most();
  }

  private int most() {
    return Math.clamp(MOST_BYTES / Math.max(1, answer.bytes()), LEAST, MOST);
  }

  /** One of those that were awaited. */
  void came() {
    awaited--;
    took();
  }

  void took() {
    unanswered++;
  }

  void answered(long bytes) {
    unanswered--;
    answer.saw(bytes);
  }

  boolean isIdle() {
    return unanswered == 0;
  }
}
