package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

final class RetryBudgetTest {
  private static int spendAll(RetryBudget budget) {
    int spent = 0;
    while (budget.spend()) {
      spent++;
    }
    return spent;
  }

  @Test
  void retriesAreAShareOfRequests() {
    var budget = new RetryBudget(0.2);
    assertEquals(RetryBudget.MOST_TOKENS, spendAll(budget));
    for (int i = 0; i < 200; i++) {
      budget.earn();
    }
    assertEquals(40, spendAll(budget));
  }

  @Test
  void whatIsSavedIsBounded() {
    var budget = new RetryBudget(0.1);
    for (int i = 0; i < 1_000_000; i++) {
      budget.earn();
    }
    assertEquals(RetryBudget.MOST_TOKENS, spendAll(budget));
  }

  @Test
  void aShareOfNothingIsNothing() {
    var budget = new RetryBudget(0);
    budget.earn();
    assertFalse(budget.spend());
  }
}
