package io.flywheel.client;

/**
 * Whether a node is worth a request. After three failures in a row it rests: for 100 ms at first,
 * twice as long after each trial that fails, 5 s at most. When it has rested one request goes there
 * as a trial; an answer closes the circuit, and so does the late answer to an earlier request.
 */
final class Circuit {
  static final int FAILURES_IN_A_ROW = 3;
  static final long FIRST_REST_NANOS = 100_000_000L;
  static final long LONGEST_REST_NANOS = 5_000_000_000L;

  private volatile int failures;
  private boolean onTrial;
  private long restNanos;
  private long restsUntilNanos;

  boolean isClosed() {
    return failures < FAILURES_IN_A_ROW;
  }

  /** True for each request while closed, and for one trial each time the node has rested. */
  synchronized boolean allows(long nowNanos) {
    if (isClosed()) {
      return true;
    }
    if (nowNanos - restsUntilNanos < 0) {
      return false;
    }
    onTrial = true;
    restsUntilNanos = nowNanos + restNanos; // No second trial before this one has had its time.
    return true;
  }

  synchronized void failed(long nowNanos) {
    if (isClosed()) {
      failures++;
      restNanos = FIRST_REST_NANOS;
      restsUntilNanos = nowNanos + restNanos;
    } else if (onTrial) {
      // Many requests fail together when a node goes; only that of a trial says something new.
      onTrial = false;
      restNanos = Math.min(2 * restNanos, LONGEST_REST_NANOS);
      restsUntilNanos = nowNanos + restNanos;
    }
  }

  void answered() {
    if (failures > 0) {
      close();
    }
  }

  private synchronized void close() {
    failures = 0;
    onTrial = false;
  }
}
