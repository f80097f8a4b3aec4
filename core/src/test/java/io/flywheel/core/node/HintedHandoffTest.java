package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Dynamo 4.6: others stand in for primaries that are gone, and bring them what they missed. */
final class HintedHandoffTest {
  private static final long MINUTE = 60_000;
  private static final Key KEY = Key.of("default", "cart:42");

  private static NodesInOneProcess fiveNodes() {
    return formed(5, 1L << 20);
  }

  private static NodesInOneProcess formed(int nodes, long hintsLimitBytes) {
    var cluster = new NodesInOneProcess(nodes, 3);
    cluster.hintsLimitBytes = hintsLimitBytes;
    cluster.machines.forEach(cluster::start);
    cluster.pass(2_000);
    return cluster;
  }

  @Test
  void aWriteIsTakenWithTwoPrimariesGoneAndReachesThemWhenTheyAreBack() {
    var nodes = fiveNodes();
    var first = nodes.replica(KEY, 0);
    var second = nodes.replica(KEY, 1);
    var third = nodes.replica(KEY, 2);
    nodes.kill(first);
    nodes.kill(second);
    var written = assertInstanceOf(Written.class, nodes.put(third, KEY, "v", null));
    assertEquals(1, written.receipt().primaries());
    assertTrue(written.receipt().fallbacks() >= 1);
    assertEquals(2, holdersOfDebts(nodes).size());

    nodes.start(first);
    nodes.start(second);
    nodes.pass(5_000);
    assertEquals(third.data.get(nodes.storageKey(KEY)), first.data.get(nodes.storageKey(KEY)));
    assertEquals(third.data.get(nodes.storageKey(KEY)), second.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes), "paid");
    for (Machine machine : nodes.machines) {
      boolean primary = machine == first || machine == second || machine == third;
      assertEquals(primary, machine.data.containsKey(nodes.storageKey(KEY)), machine.name);
    }
  }

  @Test
  void withAllPrimariesGoneOthersTakeTheWriteAndNothingIsLost() {
    var nodes = fiveNodes();
    var primaries = List.of(nodes.replica(KEY, 0), nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    nodes.put(primaries.getFirst(), KEY, "before", null);
    primaries.forEach(nodes::kill);
    var other = nodes.machines.stream().filter(Machine::isUp).findFirst().orElseThrow();
    var written = assertInstanceOf(Written.class, nodes.put(other, KEY, "during", null));
    assertEquals(0, written.receipt().primaries());
    assertEquals(2, written.receipt().fallbacks());
    var seen = assertInstanceOf(Found.class, nodes.get(other, KEY, 2));
    assertEquals(List.of("during"), NodeTest.values(seen));

    primaries.forEach(nodes::start);
    nodes.pass(5_000);
    var both = assertInstanceOf(Found.class, nodes.get(primaries.getFirst(), KEY, 3));
    assertEquals(2, both.values().size(), "neither had read the other");
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  /** Having paid and forgotten, a node that stands in again must not go on with its old actor. */
  @Test
  void standingInTwiceIsNoLossAndNoAmnesia() {
    var nodes = fiveNodes();
    var primaries = List.of(nodes.replica(KEY, 0), nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    for (int outage = 0; outage < 3; outage++) {
      primaries.forEach(nodes::kill);
      var other = nodes.machines.stream().filter(Machine::isUp).findFirst().orElseThrow();
      assertInstanceOf(Written.class, nodes.put(other, KEY, "v" + outage, null));
      primaries.forEach(nodes::start);
      nodes.pass(5_000);
    }
    var all = assertInstanceOf(Found.class, nodes.get(primaries.getFirst(), KEY, 3));
    assertEquals(3, all.values().size());
    for (Machine machine : nodes.machines) {
      assertEquals(0, machine.node().view(nodes.now()).counters().lostRecords(), machine.name);
    }
  }

  @Test
  void whatIsOwedOutlivesTheNodeThatOwesIt() {
    var nodes = fiveNodes();
    var absent = nodes.replica(KEY, 1);
    nodes.kill(absent);
    nodes.put(nodes.replica(KEY, 0), KEY, "v", null);
    var holder = holdersOfDebts(nodes).getFirst();
    nodes.kill(holder);
    nodes.start(holder);
    nodes.pass(2_000);
    nodes.start(absent);
    nodes.pass(5_000);
    assertNotNull(absent.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  /** It may be the only copy of what was acknowledged; a disk that loses an entry says no word. */
  @Test
  void aRecordWhoseDebtsTheDiskHasLostIsPaidToAllOfItsOwners() {
    var nodes = fiveNodes();
    var primaries = List.of(nodes.replica(KEY, 0), nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    primaries.forEach(nodes::kill);
    var others = nodes.machines.stream().filter(Machine::isUp).toList();
    assertInstanceOf(Written.class, nodes.put(others.getFirst(), KEY, "v", null));
    others.forEach(nodes::kill);
    others.forEach(machine -> machine.debts.clear());
    others.forEach(nodes::start);
    nodes.pass(5_000);
    assertEquals(others, holdersOfDebts(nodes), "found, and noted");
    primaries.forEach(nodes::start);
    nodes.pass(5_000);
    for (Machine machine : nodes.machines) {
      boolean primary = primaries.contains(machine);
      assertEquals(primary, machine.data.containsKey(nodes.storageKey(KEY)), machine.name);
    }
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  /** It may be an orphan, as old as anything that was ever owed here. */
  @Test
  void nothingIsSettledWhileARecordThatIsKeptForOthersCannotBeRead() {
    var nodes = fiveNodes();
    var primaries = List.of(nodes.replica(KEY, 0), nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    primaries.forEach(nodes::kill);
    var others = nodes.machines.stream().filter(Machine::isUp).toList();
    assertInstanceOf(Written.class, nodes.put(others.getFirst(), KEY, "v", null));
    var holder = others.getLast();
    others.forEach(nodes::kill);
    others.forEach(machine -> machine.debts.clear());
    others.getFirst().data.remove(nodes.storageKey(KEY));
    holder.readsFail = true;
    nodes.machines.forEach(nodes::start);
    nodes.pass(5 * MINUTE);
    var one = primaries.getFirst().node();
    assertEquals(0, one.view(nodes.now()).eras().closed(), "what it keeps may be from any of them");
    holder.readsFail = false;
    nodes.pass(MINUTE);
    for (Machine machine : primaries) {
      assertTrue(machine.data.containsKey(nodes.storageKey(KEY)), machine.name);
    }
    nodes.pass(3 * MINUTE);
    assertTrue(one.view(nodes.now()).eras().closed() > 0);
  }

  /** They lie in the partitions of others, so nobody has to wait until all that is here is read. */
  @Test
  void howLongItTakesToSettleAfterAStartDoesNotDependOnWhatANodeOwns() {
    var nodes = new NodesInOneProcess(4, 3);
    nodes.rhythm = new Rhythm(30_000, 5_000, 64, 50L << 20);
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var one = nodes.machines.getFirst();
    var ring = Objects.requireNonNull(one.node().view(nodes.now()).ring());
    var id = one.node().id();
    var sibling = Sibling.value(new Dot(new Actor(5, 6), 7), Bytes.utf8("v"), "", 0);
    nodes.machines.forEach(nodes::kill);
    for (int i = 0; i < 30_000; i++) {
      var key = Key.of("default", "key-" + i);
      if (ring.owns(id, ring.partition(key))) {
        one.data.put(nodes.storageKey(key), SiblingsCodec.encode(key, Siblings.of(sibling)));
      }
    }
    nodes.machines.forEach(nodes::start);
    nodes.pass(2 * MINUTE);
    var view = one.node().view(nodes.now());
    assertTrue(view.antiEntropy().treesBuilt() < view.antiEntropy().treesOwned(), "far from read");
    assertTrue(view.eras().closed() > 0);
  }

  /** A running process notices when it is about to pay, and does not pay with a guess. */
  @Test
  void debtsThatTheDiskLosesWhileTheyAreReadAreFoundLater() {
    var nodes = fiveNodes();
    var absent = nodes.replica(KEY, 1);
    nodes.kill(absent);
    nodes.put(nodes.replica(KEY, 0), KEY, "v", null);
    var holder = holdersOfDebts(nodes).getFirst();
    nodes.pass(1_000);
    nodes.scansWait = true;
    nodes.start(absent);
    nodes.pass(1_000);
    holder.debts.clear();
    nodes.scansWait = false;
    nodes.pass(1);
    assertNull(absent.data.get(nodes.storageKey(KEY)));
    nodes.pass(60_000);
    assertNotNull(absent.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes));
    assertNull(holder.data.get(nodes.storageKey(KEY)));
  }

  @Test
  void whatIsWrittenOnTopOfARecordWithoutDebtsIsOwedWithIt() {
    var nodes = fiveNodes();
    var primaries = List.of(nodes.replica(KEY, 0), nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    primaries.forEach(nodes::kill);
    var others = nodes.machines.stream().filter(Machine::isUp).toList();
    nodes.put(others.getFirst(), KEY, "one", null);
    others.forEach(machine -> machine.debts.clear());
    nodes.put(others.getFirst(), KEY, "two", null);
    primaries.forEach(nodes::start);
    nodes.pass(8_000);
    var both = assertInstanceOf(Found.class, nodes.get(primaries.getFirst(), KEY, 3));
    assertEquals(2, both.values().size());
    assertFalse(others.getFirst().data.containsKey(nodes.storageKey(KEY)));
  }

  @Test
  void withNobodyToStandInAPrimaryRemembersWhoMissedIt() {
    var nodes = formed(3, 1L << 20);
    var absent = nodes.machines.get(2);
    nodes.kill(absent);
    var written = assertInstanceOf(Written.class, nodes.put(nodes.machines.get(0), KEY, "v", null));
    assertEquals(2, written.receipt().primaries());
    assertEquals(0, written.receipt().fallbacks(), "a reminder is no copy");
    assertFalse(holdersOfDebts(nodes).isEmpty());
    nodes.start(absent);
    nodes.pass(5_000);
    assertNotNull(absent.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes));
    assertNotNull(nodes.machines.get(0).data.get(nodes.storageKey(KEY)), "it is its own");
  }

  @Test
  void withHintingOffNobodyStandsIn() {
    var nodes = formed(5, 0);
    nodes.kill(nodes.replica(KEY, 1));
    nodes.kill(nodes.replica(KEY, 2));
    var put = nodes.put(nodes.replica(KEY, 0), KEY, "v", null);
    assertFalse(put instanceof Written, "one copy is not two: " + put);
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  @Test
  void aFallbackThatIsFullRefusesAndAnotherIsAsked() {
    var nodes = formed(6, 400);
    nodes.kill(nodes.replica(KEY, 1));
    var big = "x".repeat(300);
    for (int i = 0; i < 3; i++) {
      var put =
          new ClientRequest.Put(KEY, Write.of(Bytes.utf8(big + i)), null, 0, 3, 0, null, 2_000);
      var outcome = nodes.ask(nodes.replica(KEY, 0), put);
      if (i == 0) {
        var written = assertInstanceOf(Written.class, outcome);
        assertEquals(1, written.receipt().fallbacks());
      }
    }
    assertTrue(holdersOfDebts(nodes).size() > 1, "the second did not fit where the first is");
  }

  @Test
  void strictWritesCountPrimariesOnly() {
    var nodes = fiveNodes();
    nodes.kill(nodes.replica(KEY, 1));
    nodes.kill(nodes.replica(KEY, 2));
    var strict = new ClientRequest.Put(KEY, Write.of(Bytes.utf8("v")), null, 0, 2, 2, null, 1_000);
    assertInstanceOf(NotDone.class, nodes.ask(nodes.replica(KEY, 0), strict));
    var read = new ClientRequest.Get(KEY, 2, 2, 1_000);
    assertInstanceOf(NotDone.class, nodes.ask(nodes.replica(KEY, 0), read));
    assertInstanceOf(
        Found.class, nodes.ask(nodes.replica(KEY, 0), new ClientRequest.Get(KEY, 2, 1, 1_000)));
  }

  /** What is paid under a state is not paid for the state that came meanwhile. */
  @Test
  void aDebtIsStruckOutOnlyForWhatWasDelivered() {
    var nodes = fiveNodes();
    var first = nodes.replica(KEY, 0);
    var absent = nodes.replica(KEY, 1);
    nodes.kill(absent);
    nodes.put(first, KEY, "old", null);
    var holder = holdersOfDebts(nodes).getFirst();
    var owner = absent;
    // The owner is back, and its answers to payments stay in the network for a while.
    nodes.start(absent);
    var back = owner.node().id();
    nodes.hold(
        envelope ->
            envelope.from().equals(back) && envelope.message() instanceof Message.ReplicaPutReply);
    nodes.pass(1_000);
    assertFalse(holder.debts.isEmpty());
    nodes.kill(absent);
    nodes.hold(_ -> false);
    nodes.put(first, KEY, "new", nodes.context(first, KEY));
    nodes.start(absent);
    nodes.pass(8_000);
    assertEquals(first.data.get(nodes.storageKey(KEY)), absent.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes));
    assertNull(holder.data.get(nodes.storageKey(KEY)));
  }

  /** With a primary gone nobody can put it right; to read it over and over would not help. */
  @Test
  void aDamagedRecordThatIsOwedIsLeftAloneForAWhile() {
    var nodes = fiveNodes();
    var absent = nodes.replica(KEY, 1);
    var other = nodes.replica(KEY, 2);
    nodes.kill(absent);
    nodes.put(nodes.replica(KEY, 0), KEY, "v", null);
    var holder = holdersOfDebts(nodes).getFirst();
    holder.damaged.add(nodes.storageKey(KEY));
    nodes.kill(other);
    nodes.start(absent);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> nodes.pass(5_000));
    nodes.start(other);
    nodes.pass(10_000);
    assertNotNull(absent.data.get(nodes.storageKey(KEY)));
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  /** Its disk has damaged one record in ten, and for now nobody helps it to put them right. */
  @Test
  void whatAnOwnerCannotReadHoldsUpNothingElseThatItIsOwed() {
    var nodes = fiveNodes();
    var absent = nodes.machines.getLast();
    nodes.kill(absent);
    for (int i = 0; i < 300; i++) {
      nodes.put(nodes.machines.getFirst(), Key.of("default", "key-" + i), "v", null);
    }
    int count = 0;
    for (Bytes place : owed(nodes)) {
      if (count++ % 10 == 0) {
        absent.damaged.add(place);
      }
    }
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaGet);
    nodes.start(absent);
    nodes.pass(5_000);
    assertEquals(absent.damaged, owed(nodes));
    nodes.hold(_ -> false);
    nodes.pass(10_000);
    assertEquals(List.of(), holdersOfDebts(nodes));
  }

  private static Set<Bytes> owed(NodesInOneProcess nodes) {
    var owed = new TreeSet<Bytes>();
    nodes.machines.forEach(machine -> owed.addAll(machine.debts.keySet()));
    return owed;
  }

  private static List<Machine> holdersOfDebts(NodesInOneProcess nodes) {
    return nodes.machines.stream().filter(machine -> !machine.debts.isEmpty()).toList();
  }
}
