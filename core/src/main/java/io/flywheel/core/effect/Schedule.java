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

  private static final long NEVER = Long.MAX_VALUE;
  private static final long LEAST_LATE_MILLIS = 10;
  private static final long PROBE_MILLIS = 5;

  /** A line that is gone by then was left behind by a pause. */
  private static final long STANDING_MILLIS = 100;

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long asked;
  private long lateMillis;
  private long standingSinceMillis = NEVER;
  private Now now;

  public Schedule(Now now) {
    this.now = now;
  }

  public void advance(Now time) {
    now = time;
    if (overdueMillis() > LEAST_LATE_MILLIS) {
      looked(overdueMillis());
    }
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

  /**
   * For how long whatever comes in waits for its turn, in milliseconds; 0 where no line stands. An
   * action that is late shows it, as it stands in the same line. A line that was there at every
   * look for a while is delay; any other is but a burst (Nichols and Jacobson, 'Controlling Queue
   * Delay', 2012).
   */
  public long queueingDelayMillis() {
    boolean stands = now.monotonicMillis() - STANDING_MILLIS >= standingSinceMillis;
    return stands ? Math.max(lateMillis, overdueMillis()) : 0;
  }

  private long overdueMillis() {
    return Math.max(0, now.monotonicMillis() - nextMillis());
  }

  private void looked(long foundMillis) {
    if (foundMillis <= LEAST_LATE_MILLIS) {
      standingSinceMillis = NEVER;
    } else if (standingSinceMillis == NEVER) {
      standingSinceMillis = now.monotonicMillis();
    }
  }

  public void runDue() {
    if (nextMillis() <= now.monotonicMillis()) {
      lateMillis = overdueMillis();
      looked(lateMillis);
      if (standingSinceMillis != NEVER) {
        at(now.monotonicMillis() + PROBE_MILLIS, _ -> {}, 0);
      }
    }
    while (nextMillis() <= now.monotonicMillis()) {
      var entry = entries.remove();
      entry.action.due(entry.subject);
    }
  }
}
