package io.flywheel.server.http;

import java.util.concurrent.TimeUnit;

/**
 * What a connection is at, since when, and when that has lasted too long. A client may neither
 * pause nor drip: a request has a fixed time to arrive in, and more only for what did arrive. Times
 * are passed in.
 */
final class Pace {
  enum Phase {
    /** Between requests. */
    IDLE,
    /** A request is arriving. */
    READING,
    /** A request is being carried out, and answers by a deadline of its own. */
    WAITING,
    /** The last answer was sent; what still arrives is thrown away. */
    LINGERING
  }

  /** What to do about a connection. */
  enum Verdict {
    FINE,
    /** Nothing is expected of it any more. */
    CLOSE,
    /** Its request is too slow. */
    REFUSE
  }

  private final HttpLimits limits;
  private Phase phase = Phase.IDLE;
  private long phaseStartNanos;
  private long arrivalNanos;
  private long arrivedBytes;
  private boolean arrivedWhileWaiting;
  private boolean blocked;
  private long blockedNanos;
  private long blockedBytes;

  Pace(HttpLimits limits, long nowNanos) {
    this.limits = limits;
    this.phaseStartNanos = nowNanos;
    this.arrivalNanos = nowNanos;
  }

  boolean is(Phase asked) {
    return phase == asked;
  }

  void enter(Phase next, long nowNanos) {
    phase = next;
    phaseStartNanos = nowNanos;
    arrivedBytes = 0;
    if (next == Phase.WAITING) {
      arrivedWhileWaiting = false;
    }
  }

  /** Bytes came from the wire, of whatever they may be a part. */
  void arrived(int bytes, long nowNanos) {
    arrivalNanos = nowNanos;
    switch (phase) {
      case IDLE -> enter(Phase.READING, nowNanos);
      case READING -> arrivedBytes += bytes;
      case WAITING -> arrivedWhileWaiting = true;
      case LINGERING -> {}
    }
  }

  /** Whether more came than the request that is being carried out. */
  boolean hasArrivedWhileWaiting() {
    return arrivedWhileWaiting;
  }

  /** The client does not take what is written. */
  void blocked(long waitingBytes, long nowNanos) {
    blocked = true;
    blockedNanos = nowNanos;
    blockedBytes = waitingBytes;
  }

  void unblocked() {
    blocked = false;
  }

  Verdict judge(long nowNanos) {
    if (blocked) {
      return millis(nowNanos - blockedNanos) > limits.transferMillis(blockedBytes)
          ? Verdict.CLOSE
          : Verdict.FINE;
    }
    long inPhase = millis(nowNanos - phaseStartNanos);
    return switch (phase) {
      case IDLE -> inPhase > limits.idleMillis() ? Verdict.CLOSE : Verdict.FINE;
      case READING -> {
        boolean stalled = millis(nowNanos - arrivalNanos) > limits.stallMillis();
        yield stalled || inPhase > limits.transferMillis(arrivedBytes)
            ? Verdict.REFUSE
            : Verdict.FINE;
      }
      case WAITING -> Verdict.FINE;
      case LINGERING -> inPhase > limits.lingerMillis() ? Verdict.CLOSE : Verdict.FINE;
    };
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
