package io.flywheel.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Alarms by time, almost all of which are cancelled: every request has a deadline and hardly any
 * meets it. A hashed wheel (Varghese and Lauck, 1987) makes setting and cancelling cost the same
 * however many there are: an alarm lies in the bucket of its tick, a turn of the wheel looks at one
 * bucket per tick, and a cancelled alarm is dropped when its bucket is looked at. An alarm rings up
 * to a tick late, never early. Time is passed in.
 */
final class AlarmWheel {
  private final long startNanos;
  private final long tickNanos;
  private final List<List<Alarm>> buckets = new ArrayList<>();
  private long tick;
  private int size;

  AlarmWheel(long startNanos, long tickNanos, int buckets) {
    this.startNanos = startNanos;
    this.tickNanos = tickNanos;
    for (int i = 0; i < buckets; i++) {
      this.buckets.add(new ArrayList<>());
    }
  }

  /** One alarm; cancelled where what it would do is no longer wanted. */
  static final class Alarm {
    private final long tick;
    private volatile @Nullable Runnable action;

    private Alarm(long tick, Runnable action) {
      this.tick = tick;
      this.action = action;
    }

    void cancel() {
      action = null;
    }
  }

  synchronized Alarm set(long atNanos, Runnable action) {
    long due = Math.max(tick + 1, (atNanos - startNanos + tickNanos - 1) / tickNanos);
    var alarm = new Alarm(due, action);
    bucket(due).add(alarm);
    size++;
    return alarm;
  }

  /** Takes out what is due, in order of time by ticks. */
  synchronized List<Runnable> advance(long nowNanos) {
    long now = (nowNanos - startNanos) / tickNanos;
    List<Runnable> due = new ArrayList<>();
    if (now - tick >= buckets.size()) {
      // A long pause: each bucket once is enough.
      long last = now - buckets.size();
      tick = Math.max(tick, last);
    }
    while (tick < now) {
      tick++;
      if (size > 0) {
        visit(bucket(tick), now, due);
      }
    }
    return due;
  }

  synchronized boolean isEmpty() {
    return size == 0;
  }

  private void visit(List<Alarm> bucket, long now, List<Runnable> due) {
    int before = bucket.size();
    bucket.removeIf(
        alarm -> {
          Runnable action = alarm.action;
          if (action != null && alarm.tick <= now) {
            due.add(action);
          }
          return action == null || alarm.tick <= now;
        });
    size -= before - bucket.size();
  }

  private List<Alarm> bucket(long due) {
    return buckets.get((int) (due % buckets.size()));
  }
}
