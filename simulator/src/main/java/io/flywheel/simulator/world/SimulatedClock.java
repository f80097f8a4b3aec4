package io.flywheel.simulator.world;

import io.flywheel.core.model.Now;

/**
 * One machine's clocks: a wall clock that drifts and is set forward and back, and a monotonic one
 * that only runs.
 */
public final class SimulatedClock {
  private static final long START_WALL_MILLIS = 1_800_000_000_000L;

  private final EventQueue events;
  private final long monotonicOffsetMillis;
  private double driftPerMillion;
  private long wallOffsetMillis;

  /**
   * @param monotonicOffsetMillis where the monotonic clock starts: any number
   * @param wallOffsetMillis how far the wall clock is ahead at the beginning
   */
  public SimulatedClock(EventQueue events, long monotonicOffsetMillis, long wallOffsetMillis) {
    this.events = events;
    this.monotonicOffsetMillis = monotonicOffsetMillis;
    this.wallOffsetMillis = wallOffsetMillis;
  }

  public Now now() {
    return new Now(wallMillis(), monotonicMillis());
  }

  public long wallMillis() {
    double drifted = events.nowMicros() / 1000.0 * (1 + driftPerMillion / 1e6);
    return START_WALL_MILLIS + events.wallLeapMillis() + wallOffsetMillis + (long) drifted;
  }

  public long monotonicMillis() {
    return monotonicOffsetMillis + events.monotonicLeapMillis() + events.nowMicros() / 1000;
  }

  /** When, in virtual microseconds, the monotonic clock shows this; never for {@code MAX_VALUE}. */
  long microsAt(long monotonicMillis) {
    return monotonicMillis == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : (monotonicMillis - events.monotonicLeapMillis() - monotonicOffsetMillis) * 1000;
  }

  /** Virtual time, which no machine knows. */
  long trueMicros() {
    return events.nowMicros();
  }

  /** How far the wall clock is ahead of the true time. */
  public long aheadMillis() {
    return wallMillis() - START_WALL_MILLIS - events.wallLeapMillis() - events.nowMicros() / 1000;
  }

  void drift(double perMillion) {
    driftPerMillion = perMillion;
  }

  void jump(long millis) {
    wallOffsetMillis += millis;
  }
}
