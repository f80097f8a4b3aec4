package io.flywheel.simulator.world;

import java.util.PriorityQueue;

/** What is going to happen, by virtual time; at equal times in the order of asking. */
public final class EventQueue {
  private static final class Event implements Comparable<Event> {
    private final long atMicros;
    private final long order;
    private final Runnable action;

    private Event(long atMicros, long order, Runnable action) {
      this.atMicros = atMicros;
      this.order = order;
      this.action = action;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMicros, other.atMicros);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>(256);
  private long nowMicros;
  private long asked;
  private long happened;

  /** Virtual microseconds since the beginning. */
  public long nowMicros() {
    return nowMicros;
  }

  /** How many events have happened. */
  public long happened() {
    return happened;
  }

  public void at(long atMicros, Runnable action) {
    events.add(new Event(Math.max(atMicros, nowMicros), asked++, action));
  }

  public void after(long delayMicros, Runnable action) {
    at(nowMicros + delayMicros, action);
  }

  /** Lets the next event happen, unless there is none until then. */
  public boolean step(long untilMicros) {
    var event = events.peek();
    if (event == null || event.atMicros > untilMicros) {
      nowMicros = Math.max(nowMicros, untilMicros);
      return false;
    }
    events.remove();
    nowMicros = event.atMicros;
    happened++;
    event.action.run();
    return true;
  }
}
