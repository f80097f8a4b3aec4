package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class WorkLimitTest {
  private static final int REQUESTS = 20;

  private final WorkLimit limit = new WorkLimit();
  private long nowMillis;

  @Test
  void aNodeThatIsTheReasonForTheWaitingWorksOnFewAtATime() {
    window(2, WorkLimit.LEAST, false);
    for (int i = 0; i < 200; i++) {
      window(most(), most(), true); // a millisecond for each that is under way
    }
    int some = most();
    assertTrue(some >= WorkLimit.LEAST && some < 3 * WorkLimit.LEAST, () -> some + " are some");
  }

  @Test
  void whereOthersAreWaitedForItStaysAsManyAsThereAre() {
    for (int i = 0; i < 50; i++) {
      window(80, most(), true); // another continent
    }
    assertEquals(WorkLimit.MOST, most());
  }

  @Test
  void othersMayBecomeSlowerWhileTheLineStands() {
    becomeLeast();
    for (int i = 0; i < 100; i++) {
      window(80, most(), true);
    }
    assertEquals(WorkLimit.MOST, most());
  }

  @Test
  void itStaysWhereItHeldNobodyBackThoughTheLineStands() {
    becomeLeast();
    window(2, WorkLimit.LEAST - 1, true);
    assertEquals(WorkLimit.LEAST, most(), "there is no room for what they read, say");
    window(2, WorkLimit.LEAST, true);
    assertTrue(most() > WorkLimit.LEAST);
  }

  /** Else it would hold back everybody where a replica dies, hours later. */
  @Test
  void itIsForgottenOnceTheLineEmpties() {
    becomeLeast();
    for (int i = 0; i < 80; i++) {
      window(500, 10, false);
    }
    assertEquals(WorkLimit.MOST, most());
  }

  @Test
  void aFewSayNothing() {
    nowMillis += WorkLimit.WINDOW_MILLIS;
    limit.took(nowMillis, 2, 1, false);
    for (int i = 2; i < WorkLimit.SAMPLE; i++) {
      nowMillis += WorkLimit.WINDOW_MILLIS;
      limit.took(nowMillis, 10_000, WorkLimit.MOST, true);
    }
    assertEquals(WorkLimit.MOST, most());
  }

  private void becomeLeast() {
    window(2, WorkLimit.LEAST, false);
    for (int i = 0; i < 60; i++) {
      window(80, most(), true);
    }
    assertEquals(WorkLimit.LEAST, most());
  }

  /** All that are done in it took so long, and there were so many. */
  private void window(long millis, int underWay, boolean stands) {
    for (int i = 1; i < REQUESTS; i++) {
      limit.took(nowMillis, millis, underWay, stands);
    }
    nowMillis += WorkLimit.WINDOW_MILLIS;
    limit.took(nowMillis, millis, underWay, stands);
  }

  /** How many there may be under way. */
  private int most() {
    int underWay = 0;
    while (limit.hasRoomBeside(underWay)) {
      underWay++;
    }
    return underWay;
  }
}
