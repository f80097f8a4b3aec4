package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RefusalsTest {
  private final Refusals refusals = new Refusals();

  @Test
  void areRareWhereTheFirstOfTwoNodesHasTooMuchToDo() {
    for (int request = 0; request < 10_000; request++) {
      refusals.refused();
      assertTrue(refusals.areRare(), "at " + request);
      refusals.succeeded(); // At the other.
    }
  }

  @Test
  void areNotWhereMoreIsAskedThanAllCanDo() {
    int rare = 0;
    for (int request = 0; request < 10_000; request++) {
      if (request % 11 < 5) {
        refusals.succeeded();
      } else {
        refusals.refused();
        rare += refusals.areRare() ? 1 : 0;
      }
    }
    assertTrue(rare < 1_000, rare + " of 5,455");
  }

  @Test
  void areRareAgainSoonAfter() {
    for (int request = 0; request < 10_000; request++) {
      refusals.refused();
    }
    assertFalse(refusals.areRare());
    for (int request = 0; request < 250; request++) {
      refusals.succeeded();
    }
    assertTrue(refusals.areRare());
  }
}
