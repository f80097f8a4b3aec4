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
  private long wallLeapMillis;
  private long monotonicLeapMillis;

  /** Virtual microseconds since the beginning. */
  public long nowMicros() {
    return nowMicros;
  }

  /** How many events have happened. */
  public long happened() {
    return happened;
  }

  /**
   * Time passes in which nothing happens: all clocks go on, and nothing else does. To the processes
   * it is as if all machines had been asleep for so long, or with {@code wallOnly} as if they were
   * set forward together.
   */
  void leap(long millis, boolean wallOnly) {
    wallLeapMillis += millis;
    monotonicLeapMillis += wallOnly ? 0 : millis;
  }

  /** By how much wall clocks are ahead of {@link #nowMicros}. */
  long wallLeapMillis() {
    return wallLeapMillis;
  }

  /** By how much monotonic clocks are ahead of {@link #nowMicros}. */
  long monotonicLeapMillis() {
    return monotonicLeapMillis;
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
