package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class PatienceTest {
  private final Patience patience = new Patience();
  private long nowMillis;

  @Test
  void oneOfTwoThatAreBegunIsNotMuch() {
    for (int i = 0; i < 10; i++) {
      assertEquals(Patience.LARGEST_PART, window(20, 10));
    }
    assertFalse(patience.isShort(nowMillis));
  }

  @Test
  void itHalvesWhereMuchIsRefusedAndDoublesWhereItIsNot() {
    assertEquals(12, window(20, 11));
    assertTrue(patience.isShort(nowMillis));
    assertEquals(24, window(20, 11));
    assertEquals(48, window(20, 11));
    assertEquals(96, window(20, 11));
    assertEquals(Patience.SMALLEST_PART, window(0, 1));
    assertEquals(Patience.SMALLEST_PART, window(20, 11));
    assertEquals(64, window(20, 10));
    for (int i = 0; i < 4; i++) {
      window(20, 10);
    }
    assertEquals(Patience.LARGEST_PART, window(20, 10));
  }

  @Test
  void longAgoIsOver() {
    window(20, 11);
    window(20, 11);
    nowMillis += Patience.WINDOW_MILLIS;
    assertEquals(Patience.LARGEST_PART, window(20, 11));
  }

  @Test
  void everyFiveMinutesItIsTriedWhetherItIsEnoughToWait() {
    int starts = 0;
    for (int i = 0; i < 3 * Patience.MOST_WINDOWS_AT_SMALLEST; i++) {
      starts += window(10, 10) == Patience.LARGEST_PART ? 1 : 0;
    }
    assertEquals(2, starts, "it takes some windows each time until it is smallest");
  }

  /** The part when it is over. */
  private int window(int begun, int refused) {
    for (int i = 0; i < begun; i++) {
      patience.begun();
    }
    for (int i = 0; i < refused; i++) {
      patience.refused();
    }
    nowMillis += Patience.WINDOW_MILLIS;
    return patience.part(nowMillis);
  }
}
