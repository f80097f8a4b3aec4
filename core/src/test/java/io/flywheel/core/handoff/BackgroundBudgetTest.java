package io.flywheel.core.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.model.Now;
import org.junit.jupiter.api.Test;

/** Work that nobody waits for has what clients leave, and never nothing. */
final class BackgroundBudgetTest {
  private static final long PER_SECOND = 1 << 20;

  private final Schedule schedule = new Schedule(new Now(0, 0));
  private boolean diskIsBusy;
  private boolean diskIsSlow;
  private final BackgroundBudget budget = new BackgroundBudget(schedule, new Disk());
  private final BackgroundBudget.Share share = budget.share(PER_SECOND);
  private long now;

  @Test
  void whereNobodyWaitsAllOfItIsThere() {
    assertEquals(1, budget.pace());
    assertEquals(PER_SECOND, spentIn(10) / 10.0, PER_SECOND / 5.0);
  }

  @Test
  void whileClientsWaitThereIsNextToNothingAndMoreThanNothing() {
    diskIsBusy = true;
    pass(2_000);
    assertTrue(budget.yields());
    long spent = spentIn(60);
    assertTrue(spent > 0, "never nothing");
    assertTrue(spent < 60 * PER_SECOND / 1_000, spent + " is too much");
  }

  @Test
  void itComesBackSlowlyAndAllOfIt() {
    diskIsBusy = true;
    pass(2_000);
    diskIsBusy = false;
    pass(200);
    assertTrue(budget.yields(), "a moment without anybody is not yet leisure");
    pass(3_000);
    assertFalse(budget.yields());
    assertEquals(1, budget.pace());
  }

  @Test
  void whatWasSpentOnCreditAtASlowPaceIsPaidForAtAFastOne() {
    diskIsBusy = true;
    pass(2_000);
    share.spend(PER_SECOND);
    assertTrue(share.millisUntilAny() <= 500, "it looks again before long");
    assertEquals(0, share.pieces(1));
    diskIsBusy = false;
    pass(5_000);
    assertTrue(share.pieces(1) > 0);
  }

  @Test
  void whereClientsAreServedLaterThanUsualAPartOfItIsLeft() {
    diskIsSlow = true;
    pass(2_000);
    assertEquals(PER_SECOND / 16.0, spentIn(10) / 10.0, PER_SECOND / 16.0 / 4);
    diskIsSlow = false;
    pass(3_000);
    assertEquals(1, budget.pace());
  }

  @Test
  void whatIsSlowerThanThatAlreadyComesBackThatFar() {
    diskIsBusy = true;
    diskIsSlow = true;
    pass(2_000);
    assertTrue(budget.pace() < 1.0 / 1_000);
    diskIsBusy = false;
    pass(5_000);
    assertEquals(1.0 / 16, budget.pace(), 1.0 / 64);
  }

  private long spentIn(int seconds) {
    long spent = 0;
    long end = now + seconds * 1_000L;
    while (now < end) {
      while (share.pieces(1024) > 0) {
        share.spend(1024);
        spent += 1024;
      }
      pass(Math.max(1, share.millisUntilAny()));
    }
    return spent;
  }

  private void pass(long millis) {
    for (long end = now + millis; now < end; ) {
      now = Math.min(end, now + 50);
      schedule.advance(new Now(now, now));
      share.millisUntilAny();
    }
  }

  private final class Disk implements BackgroundBudget.Signal {
    @Override
    public boolean requestsLag() {
      return diskIsBusy;
    }

    @Override
    public boolean isSlowerThanUsual() {
      return diskIsSlow;
    }

    @Override
    public boolean isServing() {
      return true;
    }
  }
}
