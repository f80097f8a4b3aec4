package io.flywheel.client;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.client.AlarmWheel.Alarm;
import io.flywheel.client.RequestObserver.Cause;
import io.flywheel.client.RequestObserver.Ending;
import io.flywheel.client.RequestObserver.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request from its beginning to its end, whoever answers it.
 *
 * <p>It is sent to one node. When that fails it goes to another, and when that takes long, to
 * another as well; the first success ends it. A failure ends it only when no other attempt is under
 * way and none may follow. A write that left for a node and was not answered may have been done:
 * from then on nothing but a success makes its outcome known.
 */
final class Call {
  private static final String OVERLOADED = "overloaded";

  /** Less than this is left: a node could not answer in time. */
  private static final long LEAST_NANOS = 2_000_000;

  /** The node answers a little before the client gives up, and can say more. */
  private static final long GRACE_NANOS = 25_000_000;

  /** What part of its time it may wait where more is asked of a node than that can do. */
  private static final int LINE_PART = 4;

  private final Cluster cluster;
  private final Request request;
  private final Route route;
  private final Observation observation;
  private final long startNanos;
  private final long deadlineNanos;
  private final CompletableFuture<StreamResponse> answer = new CompletableFuture<>();

  private final List<Node> asked = new ArrayList<>();
  private final List<Attempt> underWay = new ArrayList<>();
  private final List<Alarm> alarms = new ArrayList<>();
  private boolean maybeDone;
  private boolean ended;
  private @Nullable FlywheelException failure;

  Call(Cluster cluster, Request request, Route route, Observation observation, long timeoutNanos) {
    this.cluster = cluster;
    this.request = request;
    this.route = route;
    this.observation = observation;
    this.startNanos = System.nanoTime();
    this.deadlineNanos = startNanos + timeoutNanos;
  }

  CompletableFuture<StreamResponse> answer() {
    return answer;
  }

  void begin() {
    alarm(deadlineNanos - startNanos, this::tooLate);
    long patience = cluster.patienceNanos(request, deadlineNanos - startNanos);
    if (patience > 0) {
      alarm(patience, this::takesLong);
    }
    Node first = route.next(asked, startNanos);
    if (first == null) {
      first = route.any();
    }
    if (first == null) {
      end(new NotDoneException("unreachable", "there is no node to ask"));
    } else {
      send(first, Cause.FIRST);
    }
  }

  private synchronized void alarm(long nanos, Runnable action) {
    if (!ended) {
      alarms.add(cluster.clock().after(nanos, action));
    }
  }

  private void send(Node node, Cause cause) {
    Attempt attempt;
    synchronized (this) {
      if (ended) {
        return;
      }
      attempt = new Attempt(this, node, System.nanoTime());
      asked.add(node);
      underWay.add(attempt);
    }
    observation.sent(node.toString(), cause);
    node.send(attempt);
  }

  long lineNanos() {
    return (deadlineNanos - startNanos) / LINE_PART;
  }

  /** What a node is asked that has the time that is left now; null where that is too little. */
  StreamRequest.@Nullable Builder message(long nowNanos) {
    long left = deadlineNanos - nowNanos;
    if (left < LEAST_NANOS) {
      return null;
    }
    long forNode = left - Math.min(GRACE_NANOS, left / 4);
    return request.message((int) Math.max(1, forNode / 1_000_000));
  }

  /** Another node is asked as well, and the first answer counts. */
  private void takesLong() {
    long now = System.nanoTime();
    Node other;
    synchronized (this) {
      if (ended || underWay.isEmpty()) {
        return;
      }
      other = route.next(asked, now);
    }
    if (other != null && cluster.budget().spend()) {
      send(other, Cause.HEDGE);
    }
  }

  void answered(Attempt attempt, StreamResponse response) {
    if (!response.hasFailure() || Failures.isAbsence(response.getFailure())) {
      if (!request.isWrite()) {
        cluster.tookRead(System.nanoTime() - startNanos);
      }
      attempt.node().refusals().succeeded();
      end(response);
    } else {
      failed(attempt, Failures.of(response.getFailure(), request.isWrite()), true);
    }
  }

  void lost(Attempt attempt, String why) {
    boolean left = attempt.hasLeft();
    FlywheelException cause =
        left && request.isWrite()
            ? new UnknownOutcomeException("unreachable", why)
            : new NotDoneException("unreachable", why);
    failed(attempt, cause, left);
  }

  void crowdedOut(Attempt attempt) {
    failed(attempt, new NotDoneException(OVERLOADED, "more waits than a node takes"), true);
  }

  /**
   * @param left whether the node may have seen it, or has enough to do: a retry then costs the
   *     cluster something
   */
  private void failed(Attempt attempt, FlywheelException cause, boolean left) {
    boolean last;
    synchronized (this) {
      if (ended) {
        return;
      }
      underWay.remove(attempt);
      maybeDone |= cause instanceof UnknownOutcomeException;
      failure = cause;
      last = underWay.isEmpty();
    }
    if (isOverload(cause)) {
      attempt.node().refusals().refused(System.nanoTime());
    }
    boolean isFinal = cause instanceof InvalidRequestException;
    if (last && (isFinal || !retries(cause, left))) {
      end(cause);
    } else if (isFinal && !request.isWrite()) {
      end(cause);
    }
  }

  private boolean retries(FlywheelException cause, boolean left) {
    long now = System.nanoTime();
    if (cluster.isClosed() || deadlineNanos - now < LEAST_NANOS) {
      return false;
    }
    Node other;
    synchronized (this) {
      other = route.next(asked, now);
    }
    if (other != null) {
      boolean refuses = isOverload(cause) && !other.refusals().areRare(now);
      if (refuses || (left && !cluster.budget().spend())) {
        return false;
      }
      send(other, Cause.RETRY);
      return true;
    }
    return cause instanceof NotDoneException notDone && retriesLater(notDone, now);
  }

  private static boolean isOverload(FlywheelException cause) {
    return cause.reason().equals(OVERLOADED);
  }

  /** All have been asked: once more where they said when, and that is in time. */
  private boolean retriesLater(NotDoneException cause, long now) {
    Node first = route.next(List.of(), now);
    if (isOverload(cause) && first != null && !first.refusals().areRare(now)) {
      return false;
    }
    long pause = cause.retryAfter().toNanos();
    if (pause == 0 || deadlineNanos - now - pause < LEAST_NANOS || !cluster.budget().spend()) {
      return false;
    }
    alarm(pause, this::beginAgain);
    return true;
  }

  private void beginAgain() {
    Node node;
    synchronized (this) {
      asked.clear();
      node = route.next(asked, System.nanoTime());
    }
    if (node != null) {
      send(node, Cause.RETRY);
    } else {
      end(new NotDoneException("unreachable", "no node can be reached"));
    }
  }

  private void tooLate() {
    FlywheelException last;
    synchronized (this) {
      last = failure;
    }
    long millis = (deadlineNanos - startNanos) / 1_000_000;
    String message = "no answer within " + millis + " ms" + because(last);
    end(new NotDoneException("timed-out", message));
  }

  private static String because(@Nullable FlywheelException last) {
    return last == null ? "" : "; before that: " + last.text();
  }

  void clientClosed() {
    end(new NotDoneException("closed", "the client was closed"));
  }

  private void end(StreamResponse response) {
    if (stop()) {
      observation.ended(response.hasFailure() ? Ending.NOT_FOUND : Ending.DONE, took());
      answer.complete(response);
    }
  }

  /** With this cause, or as unknown where an attempt may have been, or may still be, successful. */
  private void end(FlywheelException cause) {
    if (stop()) {
      FlywheelException outcome =
          maybeDone && request.isWrite() && !(cause instanceof UnknownOutcomeException)
              ? new UnknownOutcomeException(cause.reason(), cause.text())
              : cause;
      observation.ended(ending(outcome), took());
      answer.completeExceptionally(outcome);
    }
  }

  private Duration took() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private static Ending ending(FlywheelException outcome) {
    if (outcome instanceof NotDoneException) {
      return Ending.NOT_DONE;
    }
    return outcome instanceof InvalidRequestException ? Ending.REFUSED : Ending.UNKNOWN;
  }

  /** True for the one that ends it. */
  private boolean stop() {
    List<Attempt> left;
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      alarms.forEach(Alarm::cancel);
      left = List.copyOf(underWay);
      underWay.clear();
    }
    long now = System.nanoTime();
    for (Attempt attempt : left) {
      attempt.withdraw(now);
      maybeDone |= attempt.hasLeft();
    }
    cluster.ended(this);
    return true;
  }
}
