package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Key;
import io.flywheel.core.ring.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How members come and go. Where a story has to stop on the way, it keeps copies from moving. */
class RingChangeTest {
  private static final long GONE_MILLIS = 15_000;

  @Test
  void aNewcomerBecomesAMember() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var four = nodes.newcomer("node-4");
    assertEquals(Standing.OUTSIDE, changes(nodes, four).standing());
    nodes.hold(RingChangeTest::movesCopies);

    var answers = join(nodes, four, null);
    nodes.pass(3_000);
    assertEquals(List.of(new RingAnswer.Accepted(2)), answers);
    for (Machine machine : nodes.machines) {
      assertEquals(2, changes(nodes, machine).epoch());
      var change = Objects.requireNonNull(changes(nodes, machine).change());
      assertEquals(Phase.JOINING, change.transition().phase());
      assertEquals(List.of(), change.unconfirmed());
      assertEquals(List.of(four.node().id()), change.notCaughtUp());
    }

    nodes.deliverHeld();
    nodes.pass(8_000);
    for (Machine machine : nodes.machines) {
      assertEquals(new RingView(4, Standing.MEMBER, null), changes(nodes, machine));
      var ring = Objects.requireNonNull(machine.node().view(nodes.now()).ring());
      assertTrue(ring.contains(four.node().id()));
    }
    assertEqualDisks(nodes);
  }

  @Test
  void whoAsksToJoinAgainAfterACrashIsAMemberAlready() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var four = nodes.newcomer("node-4");
    var id = four.node().id();
    nodes.hold(envelope -> envelope.message() instanceof Message.RingNews || movesCopies(envelope));
    join(nodes, four, null);
    nodes.pass(3_000);
    assertEquals(2, changes(nodes, nodes.machines.getFirst()).epoch());
    assertEquals(0, changes(nodes, four).epoch(), "it never heard of it");

    nodes.kill(four);
    nodes.hold(RingChangeTest::movesCopies);
    nodes.start(four);
    assertEquals(id, four.node().id());
    nodes.pass(2_000);
    assertEquals(2, changes(nodes, four).epoch(), "it is told without being asked to join");
    assertEquals(
        List.of(new RingAnswer.Accepted(2)), join(nodes, four, null), "and may be asked again");
  }

  @Test
  void aKnownNameIsNotTakenWithoutAWord() {
    var nodes = NodesInOneProcess.formed(3, 2);
    nodes.kill(nodes.machines.get(2));
    nodes.pass(GONE_MILLIS);
    var second = nodes.newcomer("node-3");
    var answers = join(nodes, second, null);
    nodes.pass(3_000);
    var refused = assertInstanceOf(RingAnswer.Refused.class, answers.getFirst());
    assertTrue(refused.reason().contains("flywheel replace node-3"), refused.reason());
    assertEquals(1, changes(nodes, nodes.machines.getFirst()).epoch());
  }

  @Test
  void aDeadNodesPlaceIsTakenByANewOneOfTheSameName() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var dead = nodes.machines.get(2);
    var alive = nodes.newcomer("node-3");
    var answers = join(nodes, alive, "node-3");
    nodes.pass(3_000);
    var refused = assertInstanceOf(RingAnswer.Refused.class, answers.getFirst());
    assertTrue(refused.reason().contains("alive"), refused.reason());

    nodes.kill(dead);
    nodes.pass(GONE_MILLIS);
    answers = join(nodes, alive, "node-3");
    nodes.pass(2_000);
    nodes.pass(8_000);
    assertEquals(List.of(new RingAnswer.Accepted(2)), answers);
    assertEquals(new RingView(4, Standing.MEMBER, null), changes(nodes, alive));

    nodes.start(dead);
    nodes.pass(2_000);
    assertNotNull(dead.halted, "the old one never returns");
    assertTrue(dead.halted.contains("removed"), dead.halted);
    nodes.kill(dead);
    assertThrows(IllegalStateException.class, () -> nodes.start(dead));
  }

  @Test
  void aDeadNodeIsRemovedAndALiveOneIsNot() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var one = nodes.machines.get(0);
    var dead = nodes.machines.get(3);
    var early = change(nodes, one, new RingOrder.Remove("node-4"));
    var refused = assertInstanceOf(RingAnswer.Refused.class, early.getFirst());
    assertTrue(refused.reason().contains("alive"), refused.reason());

    nodes.kill(dead);
    nodes.pass(GONE_MILLIS);
    var answers = change(nodes, one, new RingOrder.Remove("node-4"));
    nodes.pass(1_000);
    assertEquals(List.of(new RingAnswer.Accepted(2)), answers);
    nodes.pass(5_000);
    assertEquals(new RingView(4, Standing.MEMBER, null), changes(nodes, one));
    assertEquals(3, one.node().view(nodes.now()).members().size());
  }

  @Test
  void aNodeThatLeavesKnowsWhenItMayGo() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var leaver = nodes.machines.get(1);
    nodes.hold(RingChangeTest::movesCopies);
    assertEquals(List.of(new RingAnswer.Accepted(2)), change(nodes, leaver, new RingOrder.Leave()));
    nodes.pass(1_000);
    assertEquals(
        List.of(new RingAnswer.Accepted(2)),
        change(nodes, leaver, new RingOrder.Leave()),
        "asked again, it goes on");
    nodes.deliverHeld();
    nodes.pass(8_000);
    assertEquals(new RingView(4, Standing.LEFT, null), changes(nodes, leaver));
    assertNull(leaver.halted);
    assertTrue(!leaver.node().view(nodes.now()).serving());

    nodes.kill(leaver);
    nodes.start(leaver);
    nodes.pass(2_000);
    assertEquals(Standing.LEFT, changes(nodes, leaver).standing(), "it may still have to drain");
  }

  /** It may have what nobody else has, so it takes a word to go on without it. */
  @Test
  void aNodeThatDiesWhileItLeavesIsGivenUpByAnOperator() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var one = nodes.machines.get(0);
    var leaver = nodes.machines.get(1);
    nodes.hold(RingChangeTest::movesCopies);
    assertEquals(List.of(new RingAnswer.Accepted(2)), change(nodes, leaver, new RingOrder.Leave()));
    nodes.pass(1_000);
    nodes.kill(leaver);
    nodes.hold(_ -> false);
    nodes.pass(60_000);
    assertEquals(2, changes(nodes, one).epoch());

    var early = change(nodes, one, new RingOrder.Remove("node-2"));
    nodes.pass(5_000);
    var refused = assertInstanceOf(RingAnswer.Refused.class, early.getFirst());
    assertTrue(refused.reason().contains("ask again"), refused.reason());
    assertEquals(new RingView(4, Standing.MEMBER, null), changes(nodes, one));
    var answers = change(nodes, one, new RingOrder.Remove("node-2"));
    nodes.pass(8_000);
    assertEquals(List.of(new RingAnswer.Accepted(5)), answers);
    assertEquals(new RingView(7, Standing.MEMBER, null), changes(nodes, one));
    assertEquals(3, one.node().view(nodes.now()).members().size());
  }

  /** Nobody reads there then, so the way back is open as well, whether it lives or not. */
  @Test
  void oneThatIsGoneWhenAllWereReadyToLetItLeaveIsKept() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var one = nodes.machines.get(0);
    var leaver = nodes.machines.get(1);
    var here = leaver.node().id();
    nodes.hold(envelope -> envelope.from().equals(here) && changes(nodes, one).epoch() == 3);
    assertEquals(List.of(new RingAnswer.Accepted(2)), change(nodes, leaver, new RingOrder.Leave()));
    nodes.pass(8_000);
    nodes.kill(leaver);
    nodes.pass(60_000);
    var change = Objects.requireNonNull(changes(nodes, one).change());
    assertEquals(Phase.READY, change.transition().phase());
    assertEquals(List.of(here), change.unconfirmed());
    assertEquals(List.of(new RingAnswer.Accepted(4)), change(nodes, one, new RingOrder.Undo()));
    nodes.pass(5_000);
    assertEquals(new RingView(5, Standing.MEMBER, null), changes(nodes, one));
    nodes.hold(_ -> false);
    nodes.start(leaver);
    nodes.pass(5_000);
    assertEquals(new RingView(5, Standing.MEMBER, null), changes(nodes, leaver));
  }

  /** No era waits for it any more, so what it keeps becomes too old to be taken by anybody. */
  @Test
  void aNodeThatLeavesIsNotKeptByWhatNobodyTakesAnyMore() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var leaver = nodes.machines.get(1);
    var away = nodes.machines.get(2);
    keepForOthers(nodes, leaver, away);
    // It never gets through with what it keeps, so the others go on without it, and forget.
    var here = leaver.node().id();
    nodes.hold(
        envelope ->
            envelope.message() instanceof Message.ReplicaPut && envelope.from().equals(here));
    nodes.start(away);
    nodes.pass(GONE_MILLIS);
    assertEquals(List.of(new RingAnswer.Accepted(2)), change(nodes, leaver, new RingOrder.Leave()));
    nodes.pass(600_000);
    assertEquals(new RingView(4, Standing.DRAINING, null), changes(nodes, leaver));
    nodes.hold(_ -> false);
    nodes.pass(30_000);
    assertEquals(new RingView(4, Standing.LEFT, null), changes(nodes, leaver));
  }

  /** The owners help it to read what it can have again, and the rest is of no use to anybody. */
  @Test
  void aNodeThatLeavesIsNotKeptByWhatHasRotted() {
    for (boolean areHelpful : List.of(true, false)) {
      var nodes = NodesInOneProcess.formed(4, 2);
      var leaver = nodes.machines.get(1);
      var away = nodes.machines.get(2);
      keepForOthers(nodes, leaver, away);
      var here = leaver.node().id();
      nodes.hold(envelope -> envelope.from().equals(here) && isAboutRecords(envelope));
      leaver.debts.keySet().forEach(leaver::rot);
      nodes.start(away);
      nodes.pass(GONE_MILLIS);
      change(nodes, leaver, new RingOrder.Leave());
      nodes.pass(20_000);
      assertEquals(new RingView(4, Standing.DRAINING, null), changes(nodes, leaver));
      if (areHelpful) {
        nodes.hold(_ -> false);
        nodes.pass(10_000);
        assertTrue(leaver.debts.isEmpty());
      } else {
        nodes.pass(40_000);
      }
      assertEquals(new RingView(4, Standing.LEFT, null), changes(nodes, leaver));
    }
  }

  private static boolean isAboutRecords(Envelope envelope) {
    return envelope.message() instanceof Message.ReplicaPut
        || envelope.message() instanceof Message.ReplicaGet;
  }

  /** Some writes are with {@code stands}, which stands in for one that is away by then. */
  private static void keepForOthers(NodesInOneProcess nodes, Machine stands, Machine away) {
    nodes.hintsLimitBytes = 1 << 20;
    nodes.kill(stands);
    nodes.start(stands);
    nodes.kill(away);
    nodes.pass(GONE_MILLIS);
    for (int i = 0; i < 20; i++) {
      nodes.put(nodes.machines.getFirst(), Key.of("default", "key " + i), "kept for others", null);
    }
    assertTrue(!stands.debts.isEmpty());
  }

  /** It never heard that it was a member, nor that this was undone. */
  @Test
  void whoseIdentityIsGoneForGoodStopsWhenItAsksToJoinAgain() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var four = nodes.newcomer("node-4");
    nodes.hold(envelope -> envelope.message() instanceof Message.RingNews || movesCopies(envelope));
    join(nodes, four, null);
    nodes.pass(3_000);
    nodes.kill(four);
    change(nodes, nodes.machines.getFirst(), new RingOrder.Undo());
    nodes.pass(5_000);
    nodes.hold(envelope -> envelope.message() instanceof Message.RingAsk);
    nodes.start(four);
    var answers = join(nodes, four, null);
    nodes.pass(3_000);
    var refused = assertInstanceOf(RingAnswer.Refused.class, answers.getFirst());
    assertTrue(refused.reason().contains("was removed"), refused.reason());
    assertNotNull(four.halted);
    assertTrue(four.halted.contains("empty"), four.halted);
  }

  /** Whom it knows are gone as well; others that it finds are no members as far as it knows. */
  @Test
  void whoWasRemovedIsToldSoByThoseWhoCameLater() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var away = nodes.machines.get(2);
    for (int number : List.of(2, 0, 1)) {
      var gone = nodes.machines.get(number);
      nodes.kill(gone);
      nodes.pass(GONE_MILLIS);
      var answers = join(nodes, nodes.newcomer(gone.name), gone.name);
      nodes.pass(10_000);
      assertInstanceOf(RingAnswer.Accepted.class, answers.getFirst());
    }
    nodes.start(away);
    nodes.pass(2_000);
    assertNotNull(away.halted, "it would serve what it has for ever");
    assertTrue(away.halted.contains("removed"), away.halted);
  }

  @Test
  void aChangeIsUndone() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var one = nodes.machines.getFirst();
    var before = one.node().view(nodes.now()).ring();
    var four = nodes.newcomer("node-4");
    nodes.hold(RingChangeTest::movesCopies);
    join(nodes, four, null);
    nodes.pass(3_000);
    nodes.kill(four);
    assertEquals(List.of(new RingAnswer.Accepted(3)), change(nodes, one, new RingOrder.Undo()));
    nodes.pass(5_000);
    assertEquals(new RingView(4, Standing.MEMBER, null), changes(nodes, one));
    assertEquals(before, one.node().view(nodes.now()).ring());
    nodes.start(four);
    nodes.pass(2_000);
    assertNotNull(four.halted, "its identity is gone for good");
    var refused = change(nodes, one, new RingOrder.Undo());
    assertEquals(List.of(new RingAnswer.Refused("no change is under way")), refused);
  }

  /** 'Undo' is wanted on one side while 'ready' is already being decided: one of them wins. */
  @Test
  void undoAndReadyCompeteForTheSameEntry() {
    var nodes = NodesInOneProcess.formed(3, 2);
    var four = nodes.newcomer("node-4");
    nodes.hold(RingChangeTest::movesCopies);
    join(nodes, four, null);
    nodes.pass(3_000);
    nodes.hold(envelope -> envelope.message() instanceof Message.Accept);
    nodes.pass(7_000);
    var answers = new ArrayList<RingAnswer>();
    for (Machine machine : nodes.machines.subList(0, 3)) {
      machine.node().changeRing(nodes.now(), new RingOrder.Undo(), answers::add);
    }
    nodes.pass(200);
    nodes.deliverHeld();
    nodes.pass(25_000);
    assertEquals(3, answers.size());
    assertEqualDisks(nodes);
    for (Machine machine : nodes.machines.subList(0, 3)) {
      assertNull(changes(nodes, machine).change());
    }
  }

  @Test
  void aMemberThatWasAwayForSeveralEpochsComesToThePresentOne() {
    var nodes = NodesInOneProcess.formed(5, 2);
    var one = nodes.machines.get(0);
    var cutOff = nodes.machines.get(4).node().id();
    nodes.hold(RingChangeTest::movesCopies);
    change(nodes, one, new RingOrder.Reweigh("node-2", 2));
    nodes.pass(1_000);
    nodes.hold(_ -> false);
    nodes.cut((from, to) -> from.equals(cutOff) || to.equals(cutOff));
    nodes.pass(20_000);
    long reached = changes(nodes, one).epoch();
    assertTrue(reached <= 3, "nobody goes on for long without it: " + reached);
    nodes.cut((_, _) -> false);
    nodes.pass(10_000);
    nodes.pass(10_000);
    assertEqualDisks(nodes);
    assertNull(changes(nodes, one).change());
  }

  @Test
  void ofTwoChangesThatAreWantedAtOnceOneIsBegun() {
    var nodes = NodesInOneProcess.formed(5, 2);
    var answers = new ArrayList<RingAnswer>();
    for (int i = 0; i < 5; i++) {
      var order = new RingOrder.Reweigh("node-" + (i + 1), 2);
      nodes.machines.get(i).node().changeRing(nodes.now(), order, answers::add);
    }
    nodes.pass(12_000);
    assertEquals(5, answers.size());
    long accepted = answers.stream().filter(RingAnswer.Accepted.class::isInstance).count();
    assertEquals(1, accepted, answers.toString());
    assertEqualDisks(nodes);
  }

  @Test
  void withoutAMajorityNothingIsDecided() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var one = nodes.machines.getFirst();
    var here = one.node().id();
    nodes.cut((from, to) -> !from.equals(to) && (from.equals(here) || to.equals(here)));
    var answers = change(nodes, one, new RingOrder.Leave());
    nodes.pass(12_000);
    assertInstanceOf(RingAnswer.Unknown.class, answers.getFirst());
    assertEquals(1, changes(nodes, one).epoch());
  }

  private static List<RingAnswer> join(
      NodesInOneProcess nodes, Machine machine, @Nullable String replaces) {
    var answers = new ArrayList<RingAnswer>();
    machine.node().join(nodes.now(), replaces, answers::add);
    nodes.pass(1);
    return answers;
  }

  private static List<RingAnswer> change(
      NodesInOneProcess nodes, Machine machine, RingOrder order) {
    var answers = new ArrayList<RingAnswer>();
    machine.node().changeRing(nodes.now(), order, answers::add);
    nodes.pass(1);
    return answers;
  }

  private static boolean movesCopies(Envelope envelope) {
    return envelope.message() instanceof Message.TransferAsk;
  }

  private static RingView changes(NodesInOneProcess nodes, Machine machine) {
    return machine.node().view(nodes.now()).changes();
  }

  private static void assertEqualDisks(NodesInOneProcess nodes) {
    var first = nodes.machines.getFirst().metadata.get(StorageKey.CLUSTER);
    for (Machine machine : nodes.machines) {
      if (machine.isUp() && changes(nodes, machine).standing() == Standing.MEMBER) {
        assertEquals(first, machine.metadata.get(StorageKey.CLUSTER), machine.name);
      }
    }
  }
}
