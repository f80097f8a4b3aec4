package io.flywheel.core.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Timestamp;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HybridClockTest {
  @Test
  void noStampIsGivenTwiceWhateverTheWallClockDoes() {
    var random = new SplittableRandom(7);
    var clock = new HybridClock(0);
    long last = 0;
    for (int i = 0; i < 10_000; i++) {
      long stamp = clock.next(1_000_000 + random.nextInt(-500, 500));
      assertTrue(stamp > last);
      last = stamp;
    }
  }

  @Test
  void aRestartWithTheClockSetBackContinuesAboveTheDurableBound() {
    long bound = Timestamp.ofMillis(5_000_000);
    assertTrue(new HybridClock(bound).next(1_000) > bound);
  }

  @Test
  void looksAheadWithoutMoving() {
    var clock = new HybridClock(0);
    assertEquals(clock.peek(1_000), clock.peek(1_000));
    assertEquals(clock.peek(1_000), clock.next(1_000));
  }
}
