package io.flywheel.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits until the connection to a node takes more. A line that empties now and then is a
 * burst, and everybody in it may wait. One that has not been empty for a while means that more is
 * asked than the node can do: then whoever has waited for long is told so, as the node does in its
 * own line, instead of all growing old here. One thread at a time.
 */
final class Line {
  private static final long STANDING_NANOS = 100_000_000;

  private final Queue<Question> waiting = new ArrayDeque<>();
  private long emptyNanos;

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(Question question, long nowNanos) {
    if (waiting.isEmpty()) {
      emptyNanos = nowNanos;
    }
    waiting.add(question);
  }

  /** From now on somebody takes what waits. */
  void opens(long nowNanos) {
    emptyNanos = nowNanos;
  }

  @Nullable Question poll() {
    return waiting.poll();
  }

  /** Forgets those at the head that nobody wants any more; returns those that have to give up. */
  List<Question> shorten(long nowNanos) {
    boolean stands = nowNanos - emptyNanos > STANDING_NANOS;
    List<Question> late = List.of();
    for (var first = waiting.peek(); first != null; first = waiting.peek()) {
      if (stands && first.isLate(nowNanos)) {
        late = late.isEmpty() ? new ArrayList<>() : late;
        late.add(first);
      } else if (!first.isWithdrawn()) {
        return late;
      }
      waiting.remove();
    }
    return late;
  }

  List<Question> takeAll() {
    var all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }
}
