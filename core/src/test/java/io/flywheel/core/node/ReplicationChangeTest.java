package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Replication;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Phase;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each key gets more copies, or fewer, while the cluster serves. */
final class ReplicationChangeTest {
  private static final long GONE_MILLIS = 15_000;
  private static final long ROUND_MILLIS = 40;

  private final Map<Key, String> written = new TreeMap<>();
  private int writes;

  @Test
  void twoCopiesBecomeThreeAndTwoAgainWhileSomebodyWrites() {
    var nodes = formed(5, 2);
    writeEverywhere(nodes, 20);
    begin(nodes, 3);
    awaitEnd(nodes);
    assertEquals(3, ring(nodes).n());
    assertNothingIsLost(nodes);
    assertOnlyOwnersHold(nodes);

    begin(nodes, 2);
    awaitEnd(nodes);
    assertEquals(2, ring(nodes).n());
    assertNothingIsLost(nodes);
    assertOnlyOwnersHold(nodes);
  }

  /** All of them are members already: whoever has gained a copy has all that one had. */
  @Test
  void oneCopyBecomesThree() {
    var nodes = formed(3, 1);
    writeEverywhere(nodes, 20);
    begin(nodes, 3);
    awaitEnd(nodes);
    for (Machine away : nodes.machines) {
      var id = away.node().id();
      nodes.cut((from, to) -> from.equals(id) != to.equals(id));
      var other = nodes.machines.get(nodes.machines.getFirst() == away ? 1 : 0);
      written.forEach((key, value) -> assertEquals(List.of(value), read(nodes, other, key)));
      nodes.cut((_, _) -> false);
      nodes.pass(5_000);
    }
    assertOnlyOwnersHold(nodes);
  }

  @Test
  void aMemberThatDiesMeanwhileIsWaitedForAndGoesOnWhereItWas() {
    var nodes = formed(5, 2);
    writeEverywhere(nodes, 20);
    nodes.hold(ReplicationChangeTest::movesCopies);
    begin(nodes, 3);
    nodes.pass(2_000);
    var dead = nodes.machines.get(3);
    nodes.kill(dead);
    nodes.deliverHeld();
    for (int i = 0; i < 200; i++) {
      write(nodes, nodes.machines.get(i % 3));
      nodes.pass(100);
    }
    var change = Objects.requireNonNull(changes(nodes).change());
    assertEquals(Phase.JOINING, change.transition().phase(), "no phase ends without it");
    assertEquals(3, change.transition().next().n());

    nodes.start(dead);
    awaitEnd(nodes);
    assertNothingIsLost(nodes);
    assertOnlyOwnersHold(nodes);
  }

  @Test
  void whatIsUndoneLeavesNothingBehind() {
    var nodes = formed(5, 2);
    writeEverywhere(nodes, 20);
    var before = ring(nodes);
    var arriving = new HashSet<Integer>();
    nodes.hold(envelope -> isOfMoreThanFour(envelope, arriving));
    begin(nodes, 3);
    nodes.pass(3_000);
    var answers = order(nodes, new RingOrder.Undo());
    nodes.deliverHeld();
    awaitEnd(nodes);
    assertEquals(List.of(new RingAnswer.Accepted(3)), answers);
    assertEquals(before, ring(nodes));
    assertNothingIsLost(nodes);
    assertOnlyOwnersHold(nodes);
  }

  /** Three nodes, and nobody to stand in: what it takes is seen by who cannot be reached. */
  @Test
  void aWriteIsAQuorumOfTheCopiesThatThereWereAndOfThoseThatThereWillBe() {
    var ring = new ChangingRing(NodesInOneProcess.formed(3, 2));
    var nodes = ring.nodes;
    ring.hold(ReplicationChangeTest::movesCopies);
    ring.decide(new LogEntry.Begin(replicate(3), null), null);
    var partition = ring.partition(Key.of("default", "k"));
    var keys = IntStream.iterate(0, i -> i + 1).mapToObj(i -> Key.of("default", "k" + i));
    var key = keys.filter(it -> ring.partition(it).equals(partition)).limit(8).iterator();
    var before = ring.cluster().ownership().ownersBefore(partition);
    var owner = ring.machine(before.getFirst());
    var other = before.getLast();
    var gaining = nodes.machines.stream().filter(it -> !before.contains(ChangingRing.id(it)));
    var newcomer = ChangingRing.id(gaining.findFirst().orElseThrow());

    cutOff(nodes, newcomer);
    assertTrue(isWritten(nodes, owner, key.next(), Reach.QUORUM), "2 of 2, 2 of 3");
    assertFalse(isWritten(nodes, owner, key.next(), Reach.ALL), "2 of 2, 2 of 3");
    var read = key.next();
    assertInstanceOf(Found.class, nodes.get(owner, read, 2), "those before are read");
    var refused = assertInstanceOf(Refused.class, nodes.get(owner, read, 3));
    assertEquals(Refusal.BAD_QUORUM, refused.refusal());
    assertTrue(refused.detail().contains("between 1 and 2"), refused.detail());
    cutOff(nodes, other);
    assertFalse(isWritten(nodes, owner, key.next(), Reach.QUORUM), "1 of 2, 2 of 3");

    nodes.cut((_, _) -> false);
    ring.ready();
    nodes.pass(2_000);
    cutOff(nodes, other);
    assertFalse(isWritten(nodes, owner, key.next(), Reach.QUORUM), "1 of 2, 2 of 3");
    cutOff(nodes, newcomer);
    assertFalse(nodes.get(owner, read, 3) instanceof Found, "one of those after is silent");
    assertInstanceOf(Found.class, nodes.get(owner, read, 0));
    nodes.cut((_, _) -> false);
    nodes.pass(2_000);
    assertTrue(isWritten(nodes, owner, key.next(), Reach.ALL));
    var found = assertInstanceOf(Found.class, nodes.get(owner, read, 3));
    assertEquals(3, found.receipt().primaries());
  }

  private static boolean isWritten(NodesInOneProcess nodes, Machine at, Key key, Reach reach) {
    return nodes.ask(at, put(key, reach)) instanceof Written;
  }

  /** What one that goes has together with one that stays is seen by all who stay. */
  @Test
  void aReadOfThoseWhoStayMeetsWhatWasOnOneThatGoes() {
    var ring = new ChangingRing(NodesInOneProcess.formed(3, 3));
    var nodes = ring.nodes;
    var shrunk = ring.cluster().after(new LogEntry.Begin(replicate(2), null)).ownership();
    var key = Key.of("default", "k");
    var staying = shrunk.ownersAfter(ring.partition(key));
    var missed = staying.getLast();
    var writer = ring.machine(staying.getFirst());
    cutOff(nodes, missed);
    assertInstanceOf(Written.class, nodes.ask(writer, put(key, Reach.QUORUM)));
    assertFalse(ring.has(ring.machine(missed), key));

    // Nobody tells it by itself: what debts and comparisons do is done only later.
    ring.hold(
        envelope ->
            envelope.message() instanceof Message.ReplicaPut
                || envelope.message() instanceof Message.AboutTrees);
    nodes.cut((_, _) -> false);
    ring.decide(new LogEntry.Begin(replicate(2), null), null);
    ring.ready();
    for (Machine reader : List.of(writer, ring.machine(missed))) {
      assertEquals(List.of("v"), NodeTest.values(nodes.get(reader, key, 0)), reader.name);
    }
    ring.done();
    for (Machine reader : List.of(writer, ring.machine(missed))) {
      assertEquals(List.of("v"), NodeTest.values(nodes.get(reader, key, 0)), reader.name);
    }
  }

  /** Five copies become three: a write may be on one that stays and on two that go. */
  @Test
  void whoStaysGetsWhatThoseWhoGoHadAlone() {
    var nodes = formed(5, 5);
    var away = nodes.machines.subList(3, 5).stream().map(machine -> machine.node().id()).toList();
    nodes.cut((from, to) -> away.contains(from) != away.contains(to));
    for (int i = 0; i < 90; i++) {
      write(nodes, nodes.machines.get(i % 3));
    }
    assertEquals(90, written.size(), "three of five are a quorum");
    // What debts and comparisons of keys bring over is too late.
    nodes.hold(
        envelope ->
            envelope.message() instanceof Message.ReplicaPut
                || envelope.message() instanceof Message.SliceKeys);
    nodes.cut((_, _) -> false);
    nodes.pass(3_000);
    var answers = order(nodes, new RingOrder.Replicate(Replication.spread(3)));
    nodes.pass(1_000);
    assertEquals(List.of(new RingAnswer.Accepted(2)), answers);
    for (int i = 0; changes(nodes).change() != null && i < 200; i++) {
      nodes.pass(500);
    }
    assertEquals(3, ring(nodes).n());
    assertOwnersHold(nodes);
  }

  @Test
  void whatCannotBeIsRefused() {
    var nodes = formed(4, 3);
    assertRefused(nodes, 3, "there are these copies of each key already: {n: 3}");
    assertRefused(nodes, 5, "5 replicas need 5 members, and there are 4");
    nodes.hold(ReplicationChangeTest::movesCopies);
    begin(nodes, 4);
    nodes.pass(1_000);
    var again = order(nodes, new RingOrder.Replicate(Replication.spread(4)));
    assertEquals(List.of(new RingAnswer.Accepted(2)), again, "asked again, it goes on");
    assertRefused(nodes, 2, "another change is under way");
    nodes.deliverHeld();
    awaitEnd(nodes);

    nodes.kill(nodes.machines.get(3));
    nodes.pass(GONE_MILLIS);
    assertRefused(nodes, 3, "node-4 cannot be reached");
  }

  private static void assertRefused(NodesInOneProcess nodes, int n, String reason) {
    var answers = order(nodes, new RingOrder.Replicate(Replication.spread(n)));
    var refused = assertInstanceOf(RingAnswer.Refused.class, answers.getFirst());
    assertTrue(refused.reason().contains(reason), refused.reason());
  }

  /** Its file is older than the change: the cluster's copies count, and it says so. */
  @Test
  void aFileThatSaysOtherwiseIsNoMistake() {
    var nodes = formed(4, 2);
    begin(nodes, 4);
    awaitEnd(nodes);
    var one = nodes.machines.getFirst();
    assertTrue(
        one.reports.stream().anyMatch(text -> text.contains("and the cluster has {n: 4}")),
        one.reports.toString());
    assertFalse(one.reports.stream().anyMatch(text -> text.contains("need not meet")));
    assertTrue(one.reports.contains("ring epoch 4: 4 members, copies of each key: {n: 4}"));

    nodes.kill(one);
    var own = nodes.settings();
    nodes.start(
        one,
        new ClusterSettings(
            own.cluster(),
            own.partitions(),
            Quorum.of(2, 2, 2),
            own.records().limits(),
            own.namespaces()));
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("R, 2, and W, 2, need not")));
    assertInstanceOf(Written.class, nodes.put(one, Key.of("default", "k"), "v", null));
    var newcomer = nodes.newcomer("node-5");
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(20_000);
    assertEquals(5, ring(nodes).members().size());
  }

  // --- what the stories are told with

  private static NodesInOneProcess formed(int members, int copies) {
    var nodes = NodesInOneProcess.formed(members, copies);
    nodes.machines.forEach(nodes::kill);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    return nodes;
  }

  private void writeEverywhere(NodesInOneProcess nodes, int each) {
    for (Machine machine : nodes.machines) {
      for (int i = 0; i < each; i++) {
        write(nodes, machine);
      }
    }
  }

  /** A key of its own; what is not accepted is no matter here. */
  private void write(NodesInOneProcess nodes, Machine at) {
    var key = Key.of("default", "key " + writes++);
    if (nodes.put(at, key, "of " + key, null) instanceof Written) {
      written.put(key, "of " + key);
    }
  }

  private static List<RingAnswer> order(NodesInOneProcess nodes, RingOrder order) {
    var answers = new ArrayList<RingAnswer>();
    nodes.machines.get(1).node().changeRing(nodes.now(), order, answers::add);
    nodes.pass(1);
    return answers;
  }

  private static void begin(NodesInOneProcess nodes, int n) {
    var answers = order(nodes, new RingOrder.Replicate(Replication.spread(n)));
    long epoch = changes(nodes).epoch();
    assertEquals(List.of(new RingAnswer.Accepted(epoch)), answers);
  }

  /** Writes at all nodes until no change is under way, and all are of one mind. */
  private void awaitEnd(NodesInOneProcess nodes) {
    for (int i = 0; changes(nodes).change() != null; i++) {
      assertTrue(i < 2_000, "it comes to no end: " + changes(nodes));
      write(nodes, nodes.machines.get(i % nodes.machines.size()));
      nodes.pass(ROUND_MILLIS);
    }
    nodes.pass(60_000);
    for (Machine machine : nodes.machines) {
      assertNull(machine.node().view(nodes.now()).changes().change(), machine.name);
    }
  }

  private void assertNothingIsLost(NodesInOneProcess nodes) {
    assertTrue(written.size() > 50, "written: " + written.size());
    written.forEach(
        (key, value) -> {
          for (Machine machine : nodes.machines) {
            assertEquals(List.of(value), read(nodes, machine, key), machine.name);
          }
        });
  }

  private static List<String> read(NodesInOneProcess nodes, Machine at, Key key) {
    return NodeTest.values(nodes.get(at, key, 0));
  }

  private void assertOnlyOwnersHold(NodesInOneProcess nodes) {
    var ring = ring(nodes);
    for (Key key : written.keySet()) {
      Set<NodeId> owners = new HashSet<>(ring.replicas(ring.partition(key)));
      for (Machine machine : nodes.machines) {
        assertEquals(
            owners.contains(machine.node().id()),
            machine.data.containsKey(nodes.storageKey(key)),
            machine.name + " and " + key);
      }
    }
  }

  private void assertOwnersHold(NodesInOneProcess nodes) {
    var ring = ring(nodes);
    for (Key key : written.keySet()) {
      for (Machine machine : nodes.machines) {
        boolean holds = machine.data.containsKey(nodes.storageKey(key));
        assertTrue(holds || !ring.owns(machine.node().id(), ring.partition(key)), machine.name);
      }
    }
  }

  private static RingView changes(NodesInOneProcess nodes) {
    return nodes.machines.get(1).node().view(nodes.now()).changes();
  }

  private static Ring ring(NodesInOneProcess nodes) {
    return Objects.requireNonNull(nodes.machines.get(1).node().view(nodes.now()).ring());
  }

  private static boolean movesCopies(Envelope envelope) {
    return envelope.message() instanceof Message.TransferAsk;
  }

  /** Whether it asks for another partition than the first four. */
  private static boolean isOfMoreThanFour(Envelope envelope, Set<Integer> first) {
    if (!(envelope.message() instanceof Message.TransferAsk ask)) {
      return false;
    }
    if (first.size() < 4) {
      first.add(ask.partition());
    }
    return !first.contains(ask.partition());
  }

  private static void cutOff(NodesInOneProcess nodes, NodeId away) {
    nodes.cut((from, to) -> from.equals(away) != to.equals(away));
  }

  private static RingChange replicate(int n) {
    return new RingChange.Replicate(Replication.spread(n));
  }

  private static ClientRequest put(Key key, Reach reach) {
    var write = Write.of(Bytes.utf8("v"));
    return new ClientRequest.Put(key, write, null, 0, 1, 0, reach, null, 1_000);
  }
}
