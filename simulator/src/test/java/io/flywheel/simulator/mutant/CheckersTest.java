package io.flywheel.simulator.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A checker that cannot fail proves nothing. Those that no known trap is sure to wake are shown
 * here to find a bug that was made for them.
 */
final class CheckersTest {
  private static final int REACH = 1_000;
  private static final String COORDINATE = "io/flywheel/core/coordinate/";
  private static final String WORK = "io/flywheel/core/replica/KeyWork.java";

  @Test
  void anAnswerAfterTheDeadlineIsFound() {
    assertFinds(
        "AnsweredOnceInTime",
        3,
        COORDINATE + "PutCoordinator.java",
        "schedule.at(order.deadlineMillis(), this::expire, put.request);",
        "schedule.at(order.deadlineMillis() + 10, this::expire, put.request);");
  }

  @Test
  void aRequestThatIsNeverAnsweredIsFound() {
    assertFinds(
        "AnsweredOnceInTime",
        1,
        COORDINATE + "GetCoordinator.java",
        "schedule.at(get.nextMillis(), this::due, request);",
        "");
  }

  @Test
  void anExceptionIsFound() {
    assertFinds(
        "NobodyThrows",
        1,
        WORK,
        "if (earlier.operationDigest() != order.write().digest()) {",
        """
        if (queue.loaded) {
              throw new IllegalStateException("planted");
            }
            if (earlier.operationDigest() != order.write().digest()) {\
        """);
  }

  @Test
  void aHealedClusterThatRefusesIsFound() {
    assertFinds(
        "HealedClusterServes",
        1,
        COORDINATE + "GetCoordinator.java",
        "if (replicas.size() < r || alive < pr || !couldReach",
        "if (replicas.size() <= r || alive < pr || !couldReach");
  }

  @Test
  void replicasThatStayDifferentAreFound() {
    assertFinds(
        "ReplicasConverge",
        3,
        "io/flywheel/core/antientropy/ExchangeResponder.java",
        "if (own == null || tree == null) {",
        "if (slice.width() > 0 || own == null || tree == null) {");
  }

  @Test
  void aValueThatIsShownAfterItsEndIsFound() {
    assertFinds(
        "Expiry",
        1,
        "io/flywheel/core/version/Sibling.java",
        "return !tombstone && (",
        "return !tombstone && (wallMillis > 0 || ");
  }

  @Test
  void aValueThatNobodyWroteIsFound() {
    assertFinds(
        "OnlyRealValues",
        1,
        WORK,
        "Sibling.value(dot, write.value(), ",
        "Sibling.value(dot, io.flywheel.core.model.Bytes.utf8(\"made up\"), ");
  }

  @Test
  void aLoserThatNobodyLogsIsFound() {
    assertFinds(
        "NothingDurableIsLost",
        334,
        WORK,
        "losers.append(queue.key, admission.losers())",
        "losers.append(queue.key, List.of())");
  }

  @Test
  void aRecordThatIsKeptForNobodyIsFound() {
    assertFinds(
        "NothingIsOwed",
        24,
        "io/flywheel/core/replica/Records.java",
        "if (isOrphan(queue) && ledger.isOpen()) {",
        "if (isOrphan(queue) && partitions < 0) {");
  }

  @Test
  void ownersOnTooFewRacksAreFound() {
    assertFinds(
        "PlacementRulesHold",
        10,
        "io/flywheel/core/ring/Spread.java",
        "    if (from == rack) {\n      return true;",
        "    if (from >= 0) {\n      return true;");
  }

  @Test
  void aCopyThatAFormerOwnerDropsTooSoonIsFound() {
    assertFinds(
        "CopiesOutliveChanges",
        36,
        "io/flywheel/core/antientropy/Strays.java",
        "      asked.add(key);\n      releases.ask(key, state);",
        "      released(key, state);");
  }

  @Test
  void nodesThatKeepEachOtherBusyForNothingAreFound() {
    assertFinds(
        "WorkIsBounded",
        3,
        "io/flywheel/core/membership/Gossiper.java",
        "      } else if (order < 0) {",
        "      } else if (order <= 0) {");
  }

  /** {@code seed} finds it; where a change has shuffled what seeds do, one after it may. */
  private static void assertFinds(
      String checker, long seed, String file, String search, String replacement) {
    var planted = new Mutant("0", checker, file, search, replacement, List.of(checker), seed);
    var caught = new Hunt(planted).from(seed, REACH);
    assertTrue(caught.caught(), "found only: " + caught.finding());
    assertEquals(checker, caught.checker());
  }
}
