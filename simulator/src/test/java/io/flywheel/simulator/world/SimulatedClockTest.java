package io.flywheel.simulator.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SimulatedClockTest {
  private final EventQueue events = new EventQueue();
  private final SimulatedClock clock = new SimulatedClock(events, 1_000, 0);

  @Test
  void theWallClockDriftsAndJumpsAndTheMonotonicOneDoesNeither() {
    long wall = clock.wallMillis();
    long monotonic = clock.monotonicMillis();
    clock.jump(-5_000);
    assertEquals(wall - 5_000, clock.wallMillis());
    clock.drift(100_000);
    events.step(10_000_000);
    assertEquals(wall - 5_000 + 11_000, clock.wallMillis());
    assertEquals(monotonic + 10_000, clock.monotonicMillis());
  }

  @Test
  void aTimeOfTheMonotonicClockIsFoundAgain() {
    assertEquals(2_500_000, clock.microsAt(3_500));
    assertTrue(clock.microsAt(Long.MAX_VALUE) > 1L << 60);
  }
}
