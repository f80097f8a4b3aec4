package io.flywheel.core.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class DoorkeeperTest {
  private static final int BITS = 8;

  private final Doorkeeper doorkeeper = new Doorkeeper(BITS);

  @Test
  void whoAsksAgainIsAdmitted() {
    assertFalse(doorkeeper.admits(42));
    assertFalse(doorkeeper.admits(43));
    assertTrue(doorkeeper.admits(42));
    assertTrue(doorkeeper.admits(42));
  }

  @Test
  void whoAskedLongAgoIsForgotten() {
    int again = 0;
    for (int round = 0; round < 2; round++) {
      for (int i = 1; i <= 100 << BITS; i++) {
        again += doorkeeper.admits(i) ? 1 : 0;
      }
    }
    assertTrue(again < 1 << BITS, "of each place the last one is known: " + again);
  }
}
