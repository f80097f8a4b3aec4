package io.flywheel.core.effect;

import io.flywheel.core.model.Now;
import java.util.PriorityQueue;

/**
 * The time of the input being handled, and what a node wants to do later by its monotonic clock.
 * Actions due at the same time run in the order of asking.
 */
public final class Schedule {
  /** What to do when a time has come; {@code subject} is what was named when it was asked for. */
  @FunctionalInterface
  public interface Action {
    void due(long subject);
  }

  private record Entry(long atMillis, long order, Action action, long subject)
      implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long asked;
  private Now now;

  public Schedule(Now now) {
    this.now = now;
  }

  public void advance(Now time) {
    now = time;
  }

  public long wallMillis() {
    return now.wallMillis();
  }

  public long monotonicMillis() {
    return now.monotonicMillis();
  }

  /**
   * Entries are small and not cancelled: the action looks its subject up and finds it gone where
   * there is nothing left to do.
   */
  public void at(long monotonicMillis, Action action, long subject) {
    entries.add(new Entry(monotonicMillis, asked++, action, subject));
  }

  /** When the next action is due, {@link Long#MAX_VALUE} for never. */
  public long nextMillis() {
    var next = entries.peek();
    return next == null ? Long.MAX_VALUE : next.atMillis;
  }

  public void runDue() {
    while (nextMillis() <= now.monotonicMillis()) {
      var entry = entries.remove();
      entry.action.due(entry.subject);
    }
  }
}
