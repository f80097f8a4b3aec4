package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Explained;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stories of a few nodes, told through their public inputs and effects alone. */
class NodeTest {
  private static final Key KEY = Key.of("default", "cart:42");

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "1,3", "3,1", "3,3", "1,2", "2,1"})
  void whatWasPutIsFoundByAnyNodeAndTheReceiptSaysOnWhatItRests(int w, int r) {
    var nodes = NodesInOneProcess.formed(5, 3);
    for (Machine writer : nodes.machines) {
      var key = Key.of("default", "by " + writer.name);
      var put = put(key, "v", null, w, null);
      var written = assertInstanceOf(Written.class, nodes.ask(writer, put));
      assertEquals(3, written.receipt().n());
      assertTrue(written.receipt().primaries() >= w);
      assertTrue(written.receipt().durable());
      assertEquals(0, written.receipt().fallbacks());
      for (Machine reader : nodes.machines) {
        var found = assertInstanceOf(Found.class, nodes.get(reader, key, r));
        assertEquals(List.of("v"), values(found));
        assertTrue(found.receipt().primaries() >= r);
      }
    }
  }

  @Test
  void concurrentWritesAreSiblingsUntilAClientThatReadThemWrites() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    nodes.put(one, KEY, "left", null);
    nodes.put(two, KEY, "right", null);
    var both = assertInstanceOf(Found.class, nodes.get(one, KEY, 2));
    assertEquals(2, both.values().size());
    nodes.put(two, KEY, "merged", nodes.context(one, KEY));
    assertEquals(List.of("merged"), values(nodes.get(one, KEY, 3)));
  }

  @Test
  void withTooFewReplicasAliveNothingIsDoneAndThatIsSaid() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.kill(nodes.machines.get(1));
    nodes.kill(nodes.machines.get(2));
    var alive = nodes.machines.get(0);
    var put = assertInstanceOf(NotDone.class, nodes.put(alive, KEY, "v", null));
    assertEquals(Obstacle.TOO_FEW_REPLICAS, put.obstacle());
    var get = assertInstanceOf(NotDone.class, nodes.get(alive, KEY, 2));
    assertEquals(Obstacle.TOO_FEW_REPLICAS, get.obstacle());
    assertInstanceOf(Written.class, nodes.ask(alive, put(KEY, "one", null, 1, null)));
  }

  /** Replicas that took the write and never said so: the write may be there, so it is unknown. */
  @Test
  void silenceAfterAMintIsAnUnknownOutcome() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaPutReply);
    assertInstanceOf(Unknown.class, nodes.put(nodes.machines.get(0), KEY, "v", null));
    nodes.hold(_ -> false);
    assertEquals(List.of("v"), values(nodes.get(nodes.machines.get(1), KEY, 2)));
  }

  @Test
  void aNodeThatIsNoReplicaForwardsAndTriesTheNextWhenOneIsSilent() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var stranger = nodes.stranger(KEY);
    var first = nodes.replica(KEY, 0).node().id();
    nodes.hold(
        envelope ->
            envelope.message() instanceof Message.ForwardReply && envelope.from().equals(first));
    assertInstanceOf(Written.class, nodes.put(stranger, KEY, "v", null));
    nodes.hold(_ -> false);
    var found = assertInstanceOf(Found.class, nodes.get(stranger, KEY, 3));
    assertEquals(List.of("v"), values(found), "one write, whoever coordinated it");
  }

  @Test
  void aRequestIdIsRecognisedThroughAnyCoordinator() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var id = new RequestId(1, 2);
    for (Machine machine : nodes.machines) {
      assertInstanceOf(Written.class, nodes.ask(machine, put(KEY, "once", null, 2, id)));
    }
    assertEquals(List.of("once"), values(nodes.get(nodes.machines.get(0), KEY, 3)));
    var other = nodes.ask(nodes.machines.get(0), put(KEY, "another write", null, 2, id));
    assertEquals(Refusal.REQUEST_ID_REUSED, refusal(other));
  }

  @Test
  void aStaleReplicaIsSeenAndRepaired() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.hold(envelope -> envelope.message() instanceof Message.AboutTrees);
    var stale = nodes.machines.get(2);
    nodes.kill(stale);
    nodes.put(nodes.machines.get(0), KEY, "v", null);
    nodes.pass(2_000);
    nodes.start(stale);
    nodes.pass(2_000);
    assertNull(stale.data.get(nodes.storageKey(KEY)));
    var found = assertInstanceOf(Found.class, nodes.get(nodes.machines.get(0), KEY, 3));
    assertEquals(1, found.receipt().repaired());
    assertEquals(
        nodes.machines.get(0).data.get(nodes.storageKey(KEY)),
        stale.data.get(nodes.storageKey(KEY)));
  }

  @Test
  void aDeleteWithoutAContextReadsFirstAndStaysADelete() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.put(nodes.machines.get(0), KEY, "v", null);
    assertInstanceOf(Written.class, nodes.delete(nodes.machines.get(1), KEY));
    var found = assertInstanceOf(Found.class, nodes.get(nodes.machines.get(2), KEY, 3));
    assertEquals(List.of(), found.values());
    assertFalse(found.context().isEmpty(), "a known deletion has a context");
    assertFalse(nodes.context(nodes.machines.get(0), KEY).isEmpty());
    assertEquals("", nodes.context(nodes.machines.get(0), Key.of("default", "never written")));
  }

  @Test
  void everythingWrongWithARequestIsFoundBeforeAnyWork() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    assertEquals(
        Refusal.UNKNOWN_NAMESPACE, refusal(nodes.put(one, Key.of("nowhere", "k"), "v", null)));
    assertEquals(Refusal.BAD_QUORUM, refusal(nodes.ask(one, put(KEY, "v", null, 4, null))));
    assertEquals(Refusal.BAD_QUORUM, refusal(nodes.get(one, KEY, 4)));
    assertEquals(Refusal.BAD_QUORUM, refusal(nodes.get(one, KEY, -1)));
    assertEquals(Refusal.BAD_CONTEXT, refusal(nodes.put(one, KEY, "v", "made up")));
    nodes.put(one, KEY, "v", null);
    var foreign = nodes.context(one, KEY);
    assertEquals(
        Refusal.BAD_CONTEXT, refusal(nodes.put(one, Key.of("default", "other"), "v", foreign)));
    assertEquals(
        Refusal.VALUE_TOO_LARGE,
        refusal(nodes.put(one, KEY, "x".repeat(NodesInOneProcess.LIMITS.valueBytes() + 1), null)));
    var century = new ClientRequest.Put(KEY, Write.DELETION, null, 1L << 62, 0, 0, null, 1_000);
    assertEquals(Refusal.BAD_TTL, refusal(nodes.ask(one, century)));
  }

  @Test
  void aNamespaceThatRefusesBlindWritesHandsOutTheContextToBeginWith() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    var key = Key.of("strict", "k");
    assertEquals(Refusal.BLIND_WRITE, refusal(nodes.put(one, key, "v", null)));
    String context = nodes.context(one, key);
    assertInstanceOf(Written.class, nodes.put(one, key, "v", context));
  }

  @Test
  void aKeyTakesOnlySoManySiblingsAndThenRefusesUntilSomebodyMerges() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    for (int i = 0; i < NodesInOneProcess.LIMITS.siblings(); i++) {
      assertInstanceOf(Written.class, nodes.put(one, KEY, "v" + i, null));
    }
    assertEquals(Refusal.TOO_MANY_SIBLINGS, refusal(nodes.put(one, KEY, "one more", null)));
    assertInstanceOf(Written.class, nodes.put(one, KEY, "merged", nodes.context(one, KEY)));
  }

  @Test
  void anObjectTakesOnlySoManyBytes() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    String large = "x".repeat(1000);
    nodes.put(one, KEY, large, null);
    nodes.put(one, KEY, large, null);
    assertEquals(Refusal.OBJECT_TOO_LARGE, refusal(nodes.put(one, KEY, large, null)));
  }

  @Test
  void keepNewestLetsTheOldestGoAndKeepsItInTheLoserLog() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    var key = Key.of("newest", "k");
    for (int i = 0; i <= NodesInOneProcess.LIMITS.siblings(); i++) {
      assertInstanceOf(Written.class, nodes.put(one, key, "v" + i, null));
    }
    assertEquals(List.of("v1", "v2", "v3"), values(nodes.get(one, key, 3)));
    long losers = nodes.machines.stream().mapToLong(machine -> machine.losers.size()).sum();
    assertEquals(1, losers);
  }

  /** A read error is not 'not found': another replica coordinates, and the record is put right. */
  @Test
  void anUnreadableRecordIsUnavailableUntilTheOthersPutItRight() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    nodes.put(one, KEY, "v", null);
    var before = one.node().view(nodes.now()).incarnation();
    one.damaged.add(nodes.storageKey(KEY));
    assertInstanceOf(Written.class, nodes.put(one, KEY, "w", nodes.context(one, KEY)));
    nodes.pass(100);
    assertFalse(one.damaged.contains(nodes.storageKey(KEY)));
    assertEquals(List.of("w"), values(nodes.get(one, KEY, 3)));
    assertNotEquals(before, one.node().view(nodes.now()).incarnation(), "a new actor");
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("cannot be read")));
  }

  /** A read that fails says nothing about what is there: nothing may be put in its place. */
  @Test
  void aReadErrorIsNoReasonToReplaceTheRecord() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    nodes.put(one, KEY, "v", null);
    var before = one.data.get(nodes.storageKey(KEY));
    one.readsFail = true;
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 2)), "two others can answer");
    assertInstanceOf(NotDone.class, nodes.get(one, KEY, 3));
    nodes.pass(5_000);
    one.readsFail = false;
    assertEquals(before, one.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 3)));
  }

  /** A machine whose clock was never set would let values expire before they are read. */
  @Test
  void aClockThatCannotBeRightMintsNothing() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.setClock(0);
    var refused = assertInstanceOf(NotDone.class, nodes.put(nodes.machines.get(0), KEY, "v", null));
    assertTrue(refused.detail().contains("clock"));
  }

  /** Two damaged copies must not set each other off; nothing may be put in their place. */
  @Test
  void twoDamagedCopiesStayUnavailableAndQuiet() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    nodes.put(one, KEY, "v", null);
    one.damaged.add(nodes.storageKey(KEY));
    two.damaged.add(nodes.storageKey(KEY));
    assertInstanceOf(NotDone.class, nodes.get(one, KEY, 2));
    nodes.pass(10_000);
    assertTrue(one.damaged.contains(nodes.storageKey(KEY)));
    assertTrue(one.node().view(nodes.now()).counters().unreadableRecords() < 20);
  }

  @Test
  void oneImpatientClientDoesNotMakeTheOthersReplicasSuspect() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaGetReply);
    assertInstanceOf(Unknown.class, nodes.ask(one, new ClientRequest.Get(KEY, 3, 0, 4)));
    nodes.hold(_ -> false);
    assertInstanceOf(Written.class, nodes.put(one, KEY, "v", null));
  }

  @Test
  void aClockThatWasWrongAtTheStartIsNotLeasedForGood() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.get(0);
    nodes.kill(one);
    nodes.setClock(7_000_000_000_000L);
    nodes.start(one);
    nodes.pass(2_000);
    nodes.setClock(1_700_100_000_000L);
    nodes.pass(2_000);
    nodes.kill(one);
    nodes.start(one);
    nodes.put(one, KEY, "v", null);
    var found = assertInstanceOf(Found.class, nodes.get(one, KEY, 1));
    long stamp = found.values().getFirst().dot().stamp();
    assertEquals(0, (Timestamp.millis(stamp) - 1_700_100_000_000L) / 60_000);
  }

  @Test
  void aContentTypeThatNoRecordCanHoldIsRefused() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var write = new Write(false, "x".repeat(256), Bytes.utf8("v"));
    var put = new ClientRequest.Put(KEY, write, null, 0, 0, 0, null, 1_000);
    assertEquals(Refusal.BAD_CONTENT_TYPE, refusal(nodes.ask(nodes.machines.get(0), put)));
  }

  @Test
  void withOneReplicaAnUnreadableRecordStaysUnreadable() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.get(0);
    nodes.put(one, KEY, "v", null);
    one.damaged.add(nodes.storageKey(KEY));
    assertInstanceOf(NotDone.class, nodes.get(one, KEY, 1));
    assertInstanceOf(NotDone.class, nodes.put(one, KEY, "w", null));
    assertTrue(one.damaged.contains(nodes.storageKey(KEY)));
  }

  /** Trap 1: the key is gone, and others still hold dots of this very life. */
  @Test
  void aNodeThatLostAKeyRetiresItsActorWhenOthersProveIt() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    nodes.put(one, KEY, "first", null);
    var context = nodes.context(one, KEY);
    one.data.remove(nodes.storageKey(KEY));
    long before = one.node().view(nodes.now()).incarnation();
    assertInstanceOf(Written.class, nodes.put(one, KEY, "second", context));
    assertNotEquals(before, one.node().view(nodes.now()).incarnation());
    assertEquals(1, one.node().view(nodes.now()).counters().lostRecords());
    assertEquals(List.of("second"), values(nodes.get(nodes.machines.get(1), KEY, 3)));
  }

  /** Trap 57. */
  @Test
  void aWipedNodeDoesNotSlipIntoItsOldPlace() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var wiped = nodes.machines.get(2);
    nodes.kill(wiped);
    wiped.data.clear();
    wiped.metadata.clear();
    nodes.start(wiped);
    nodes.pass(2_000);
    assertTrue(text(wiped.halted).contains("flywheel replace node-3"));
  }

  /** Trap 58. */
  @Test
  void aNodeWithOtherClusterSettingsIsNotListenedTo() {
    var nodes = new NodesInOneProcess(3, 3);
    var odd = nodes.machines.get(2);
    nodes.start(nodes.machines.get(0));
    nodes.start(nodes.machines.get(1));
    nodes.start(
        odd,
        new ClusterSettings("test", 32, Quorum.majority(3), NodesInOneProcess.LIMITS, List.of()));
    nodes.pass(3_000);
    var one = nodes.machines.get(0);
    assertFalse(one.node().view(nodes.now()).serving());
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("other cluster settings")));
    var refused = assertInstanceOf(NotDone.class, nodes.put(one, KEY, "v", null));
    assertEquals(Obstacle.NOT_SERVING, refused.obstacle());
  }

  /** Trap 2: the copy of a directory is started elsewhere, and the two meet. */
  @Test
  void aNodeThatMeetsItsOwnIdentityStops() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var original = nodes.machines.get(0);
    var clone = nodes.copyOf(original);
    nodes.start(clone);
    clone.node().receive(nodes.now(), nodes.heartbeatOf(original));
    nodes.pass(10);
    assertTrue(text(clone.halted).contains("data directory was copied"));
  }

  @Test
  void aNodeThatHasJustStartedWaitsToHearOfTheOthersBeforeItRefuses() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.machines.forEach(nodes::kill);
    var first = nodes.machines.get(0);
    nodes.start(first);
    var put = put(KEY, "early", null, 2, null);
    long token = nodes.submit(first, put);
    assertFalse(first.responses.containsKey(token));
    nodes.start(nodes.machines.get(1));
    assertInstanceOf(Written.class, nodes.response(first, token).outcome());
  }

  @Test
  void explainShowsWhatEachReplicaHolds() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.put(nodes.machines.get(0), KEY, "v", null);
    nodes.kill(nodes.machines.get(2));
    var outcome = nodes.ask(nodes.machines.get(0), new ClientRequest.Explain(KEY, 500));
    var holdings = assertInstanceOf(Explained.class, outcome).holdings();
    assertEquals(3, holdings.size());
    assertEquals(2, holdings.stream().filter(holding -> holding.siblings() != null).count());
    assertTrue(holdings.stream().anyMatch(holding -> holding.note().equals("no answer")));
  }

  @Test
  void aRestartedNodeServesAtOnceAndKeepsWhatItHad() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.put(nodes.machines.get(0), KEY, "v", null);
    nodes.machines.forEach(nodes::kill);
    nodes.machines.forEach(nodes::start);
    assertEquals(List.of("v"), values(nodes.get(nodes.machines.get(0), KEY, 3)));
  }

  private static ClientRequest.Put put(
      Key key, String value, @Nullable String context, int w, @Nullable RequestId id) {
    return new ClientRequest.Put(key, Write.of(Bytes.utf8(value)), context, 0, w, 0, id, 1_000);
  }

  static List<String> values(Outcome outcome) {
    var found = assertInstanceOf(Found.class, outcome);
    return found.values().stream().map(sibling -> sibling.value().toUtf8()).toList();
  }

  private static Refusal refusal(Outcome outcome) {
    return assertInstanceOf(Refused.class, outcome).refusal();
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
