package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HedgeDelayTest {
  private static final long MILLI = 1_000_000;

  @Test
  void itRestsNearThe95thPercentile() {
    var random = new SplittableRandom(1);
    var delay = new HedgeDelay(MILLI, 500 * MILLI);
    int longer = 0;
    for (int i = 0; i < 20_000; i++) {
      long took = random.nextLong(MILLI, 101 * MILLI);
      if (i >= 10_000 && took > delay.nanos()) {
        longer++;
      }
      delay.took(took);
    }
    assertTrue(longer > 300 && longer < 700, longer + " of 10,000 would be hedged");
  }

  @Test
  void itFollowsAndStaysWithinBounds() {
    var delay = new HedgeDelay(4 * MILLI, 500 * MILLI);
    assertEquals(500 * MILLI, delay.nanos());
    for (int i = 0; i < 2_000; i++) {
      delay.took(MILLI);
    }
    assertEquals(4 * MILLI, delay.nanos());
    for (int i = 0; i < 100; i++) {
      delay.took(1_000 * MILLI);
    }
    assertEquals(500 * MILLI, delay.nanos());
  }
}
