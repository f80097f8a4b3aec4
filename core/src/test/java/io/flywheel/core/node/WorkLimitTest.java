package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class WorkLimitTest {
  private final WorkLimit limit = new WorkLimit();

  @Test
  void aBusyNodeWorksOnFewAtATime() {
    for (int i = 0; i < 100; i++) {
      limit.turnTook(50, true);
    }
    assertEquals(WorkLimit.LEAST, fill());
    assertTrue(limit.hasRoomBeside(WorkLimit.LEAST - 1));
  }

  @Test
  void whereOthersAreWaitedForItBecomesAsManyAsThereAre() {
    for (int i = 0; i < 20_000; i++) {
      limit.turnTook(1, true);
    }
    assertEquals(WorkLimit.MOST, fill());
  }

  @Test
  void aShortTurnThatHeldNobodyBackSaysNothing() {
    for (int i = 0; i < 100; i++) {
      limit.turnTook(50, true);
    }
    for (int i = 0; i < 100; i++) {
      limit.turnTook(1, false);
    }
    assertEquals(WorkLimit.LEAST, fill(), "there was room");
    limit.turnTook(1, false);
    assertFalse(limit.hasRoomBeside(WorkLimit.LEAST), "nobody waited");
  }

  /** How many are under way then. */
  private int fill() {
    int underWay = 0;
    while (limit.hasRoomBeside(underWay)) {
      underWay++;
    }
    return underWay;
  }
}
