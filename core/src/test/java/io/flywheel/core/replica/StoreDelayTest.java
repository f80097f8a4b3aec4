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
    assertFalse(delay.isSlowerThanUsual(now), "nothing is known yet");
    stores(100, 1);
    assertFalse(delay.isSlowerThanUsual(now));
    stores(100, 5);
    assertTrue(delay.isSlowerThanUsual(now));

    var slow = new StoreDelay();
    for (int i = 0; i < 200; i++) {
      slow.took(i < 100 ? 12 : 20, i);
    }
    assertFalse(slow.isSlowerThanUsual(200));
  }

  @Test
  void oneThatTakesLongIsChance() {
    stores(100, 1);
    stores(1, 8);
    assertFalse(delay.isSlowerThanUsual(now));
    stores(1, 200);
    assertTrue(delay.isSlowerThanUsual(now), "but not that long");
    stores(100, 1);
    assertFalse(delay.isSlowerThanUsual(now));
  }

  @Test
  void withoutStoresThereIsNothingToBeSlow() {
    stores(100, 1);
    stores(100, 5);
    assertTrue(delay.isSlowerThanUsual(now));
    now += 1_000;
    assertFalse(delay.isSlowerThanUsual(now));
  }

  @Test
  void whatHasBeenTheCaseForLongIsUsual() {
    stores(100, 1);
    stores(100, 5);
    assertTrue(delay.isSlowerThanUsual(now));
    now += 6 * MINUTES;
    stores(100, 5);
    assertTrue(delay.isSlowerThanUsual(now), "it was faster not long ago");
    now += 6 * MINUTES;
    stores(100, 5);
    assertFalse(delay.isSlowerThanUsual(now));
  }

  private void stores(int count, long millis) {
    for (int i = 0; i < count; i++) {
      delay.took(millis, now++);
    }
  }
}
