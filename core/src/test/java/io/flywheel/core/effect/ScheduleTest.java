package io.flywheel.core.effect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Now;
import org.junit.jupiter.api.Test;

/** What comes late shows how long everything waits. */
final class ScheduleTest {
  private final Schedule schedule = new Schedule(new Now(0, 0));

  @Test
  void whereEverythingHappensWhenItIsDueNothingWaits() {
    for (long at = 10; at <= 1_000; at += 10) {
      schedule.at(at, _ -> {}, 0);
      runAt(at);
    }
    assertEquals(0, schedule.queueingDelayMillis());
  }

  @Test
  void aPauseLeavesNoLineBehind() {
    schedule.at(100, _ -> {}, 0);
    schedule.at(600, _ -> {}, 0);
    runAt(500);
    assertEquals(0, schedule.queueingDelayMillis());
    runAt(schedule.nextMillis());
    runAt(600);
    assertEquals(0, schedule.queueingDelayMillis());
  }

  @Test
  void aLineThatStandsIsDelayUntilItIsGone() {
    schedule.at(100, _ -> {}, 0);
    runAt(150);
    runAt(schedule.nextMillis() + 80);
    runAt(schedule.nextMillis() + 120);
    assertEquals(120, schedule.queueingDelayMillis());
    long due = schedule.nextMillis();
    advance(due + 200);
    assertTrue(schedule.queueingDelayMillis() >= 200, "what is overdue is waiting still");
    runAt(due + 210);
    runAt(schedule.nextMillis());
    assertEquals(0, schedule.queueingDelayMillis());
  }

  private void runAt(long millis) {
    advance(millis);
    schedule.runDue();
  }

  private void advance(long millis) {
    schedule.advance(new Now(millis, millis));
  }
}
