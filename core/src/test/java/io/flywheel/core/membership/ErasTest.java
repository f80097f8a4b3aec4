package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ErasTest {
  private static final NodeId OTHER = new NodeId(2);
  private static final long EPOCH = 7;

  private final Eras eras = counted(Eras.fresh());

  @Test
  void whoIsAheadKeepsForOthersWhatWasReadByOneThatIsNot() {
    goTo(eras, 5);
    assertTrue(eras.mayOwe(4), "a coordinator that has not come to era 5 yet");
    assertFalse(eras.mayOwe(3), "nobody is so far behind");
    assertEquals(3, eras.settled());
  }

  @Test
  void anEraClosesWhenEveryMemberHasSettledIt() {
    goTo(eras, 6);
    eras.heard(OTHER, 6, 2, EPOCH);
    assertEquals(2, eras.closed());
    eras.heard(OTHER, 6, 4, EPOCH);
    assertEquals(4, eras.closed());
    assertFalse(eras.takes(4));
    assertTrue(eras.takes(5));
  }

  @Test
  void whoSeesThatAnotherIsInALaterRingWaitsForThoseThatHeMayNotKnow() {
    goTo(eras, 6);
    eras.heard(OTHER, 6, 2, EPOCH);
    assertTrue(eras.mayAdvance());
    eras.heard(OTHER, 6, 4, EPOCH + 1);
    assertFalse(eras.mayAdvance(), "a newcomer may be in an era before");
    assertEquals(2, eras.closed(), "and owe something from it");
    eras.expect(List.of(OTHER), EPOCH + 1);
    assertTrue(eras.mayAdvance());
    assertEquals(4, eras.closed());
  }

  @Test
  void aDebtKeepsItsEraOpenUntilItIsPaidForCertain() {
    goTo(eras, 5);
    eras.owes(4);
    goTo(eras, 9);
    assertEquals(3, eras.settled());
    eras.hasPaid(Long.MAX_VALUE);
    assertEquals(7, eras.settled());
  }

  @Test
  void nothingIsSettledBeforeAllDebtsAreCountedAndNothingOlderIsTakenThanWasEverPromised()
      throws MalformedException {
    var restarted =
        Eras.stored(Map.of(StorageKey.ERA, stored(9), StorageKey.SETTLED_ERA, stored(6)));
    assertEquals(0, restarted.settled());
    assertFalse(restarted.knowsDebts());
    assertFalse(restarted.mayOwe(6), "an earlier life may have said that it is settled");
    assertTrue(restarted.mayOwe(7));
    assertEquals(7, restarted.unsettled(), "what is found without its debts is not older");
    restarted.owes(7);
    restarted.hasPaid(7);
    assertEquals(6, restarted.settled());
  }

  private static Eras counted(Eras eras) {
    eras.expect(List.of(OTHER), EPOCH);
    eras.hasPaid(Long.MAX_VALUE);
    return eras;
  }

  private static void goTo(Eras eras, long era) {
    while (eras.current() < era) {
      long next = eras.current() + 1;
      eras.settledIn(next, eras.oldestOwed());
      eras.adopted(next);
    }
  }

  private static Bytes stored(long era) {
    return Eras.encode(era);
  }
}
