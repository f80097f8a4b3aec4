package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RefusalsTest {
  private static final long NOW = System.nanoTime();
  private static final int REQUESTS = 10_000;

  private final Refusals refusals = new Refusals();

  private void one(boolean refused) {
    if (refused) {
      refusals.refused(NOW);
    } else {
      refusals.succeeded();
    }
  }

  @Test
  void areRareWhereTheyAreAQuarter() {
    for (int request = 0; request < REQUESTS; request++) {
      one(request % 4 == 0);
      assertTrue(refusals.areRare(NOW), "at " + request);
    }
  }

  @Test
  void areNotWhereTheyAreHalf() {
    int rare = 0;
    for (int request = 0; request < REQUESTS; request++) {
      one(request % 2 == 0);
      rare += refusals.areRare(NOW) ? 1 : 0;
    }
    assertTrue(rare < REQUESTS / 20, rare + " times");
  }

  @Test
  void areRareAgainAfterAsManySuccesses() {
    for (int request = 0; request < REQUESTS; request++) {
      one(true);
    }
    assertFalse(refusals.areRare(NOW));
    for (int request = 0; request < 250; request++) {
      one(false);
    }
    assertTrue(refusals.areRare(NOW));
  }

  @Test
  void areForgottenByASecondLater() {
    for (int request = 0; request < REQUESTS; request++) {
      one(true);
    }
    assertFalse(refusals.areRare(NOW + TimeUnit.MILLISECONDS.toNanos(999)));
    assertTrue(refusals.areRare(NOW + TimeUnit.MILLISECONDS.toNanos(1_001)));
  }
}
