package io.flywheel.server.grpc;

/**
 * How many requests of a stream are taken off the wire before they are answered: as many as the
 * node can tell of in time that they are too much, while what they ask for is small. Each answer is
 * expected to be as large as the largest lately, which smaller ones make forgotten.
 */
final class StreamRoom {
  static final int LEAST = 256;
  static final int MOST = 1_024;

  /** What the answers may take, for more than the least number of requests. */
  static final long MOST_BYTES = 16L << 20;

  private static final int FORGETTING = 64;

  private long expectedBytes = MOST_BYTES / LEAST;
  private int awaited;
  private int unanswered;

  /** How many more are to be taken now, and are awaited from then on. */
  int more() {
    int most = Math.clamp(MOST_BYTES / Math.max(1, expectedBytes), LEAST, MOST);
    int more = Math.max(0, most - unanswered - awaited);
    awaited += more;
    return more;
  }

  void came() {
    awaited--;
    unanswered++;
  }

  void answered(long bytes) {
    unanswered--;
    long less = Math.max(0, expectedBytes - bytes);
    expectedBytes = Math.max(bytes, expectedBytes - (less + FORGETTING - 1) / FORGETTING);
  }

  boolean isIdle() {
    return unanswered == 0;
  }
}
