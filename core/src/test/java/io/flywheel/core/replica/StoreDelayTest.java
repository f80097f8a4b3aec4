package io.flywheel.core.replica;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is slow is known by what is usual on the machine, not by a figure for all disks. */
final class StoreDelayTest {
  private static final long MINUTES = 60_000;

  private final StoreDelay delay = new StoreDelay();
  private long now;

  @Test
  void whatIsUsualOnAFastDiskIsNotOnASlowOne() {
    assertFalse(delay.isUnusual(now), "nothing is known yet");
    stores(100, 1);
    assertFalse(delay.isUnusual(now));
    stores(100, 5);
    assertTrue(delay.isUnusual(now));

    var slow = new StoreDelay();
    for (int i = 0; i < 200; i++) {
      slow.took(i < 100 ? 12 : 20, i);
    }
    assertFalse(slow.isUnusual(200));
  }

  @Test
  void oneThatTakesLongIsChance() {
    stores(100, 1);
    stores(1, 8);
    assertFalse(delay.isUnusual(now));
    stores(1, 200);
    assertTrue(delay.isUnusual(now), "but not that long");
    stores(100, 1);
    assertFalse(delay.isUnusual(now));
  }

  @Test
  void withoutStoresThereIsNothingToBeSlow() {
    stores(100, 1);
    stores(100, 5);
    assertTrue(delay.isUnusual(now));
    now += 1_000;
    assertFalse(delay.isUnusual(now));
  }

  @Test
  void whatHasBeenTheCaseForLongIsUsual() {
    stores(100, 1);
    stores(100, 5);
    assertTrue(delay.isUnusual(now));
    now += 6 * MINUTES;
    stores(100, 5);
    assertTrue(delay.isUnusual(now), "it was faster not long ago");
    now += 6 * MINUTES;
    stores(100, 5);
    assertFalse(delay.isUnusual(now));
  }

  private void stores(int count, long millis) {
    for (int i = 0; i < count; i++) {
      delay.took(millis, now++);
    }
  }
}
