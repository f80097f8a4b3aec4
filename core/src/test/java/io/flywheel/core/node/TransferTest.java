package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodesInOneProcess.Machine;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Partitions come to who gains them by a change of the ring, and go from who loses them. */
final class TransferTest {
  private static final int KEYS = 300;

  @Test
  void aNewMemberGetsEverythingThatItGainsAndNothingElse() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
    var figures = figures(ring, newcomer);
    assertEquals(figures.partitionsWanted(), figures.partitionsDone());
    assertEquals(0, figures.bytesRemaining());
    assertTrue(figures.partners().size() > 1, "several sources");
  }

  /** What a member gains is not asked for before all are known to send it what is written. */
  @Test
  void nothingIsFetchedBeforeAllHaveConfirmedTheChange() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    var behind = ring.nodes.machines.get(2);
    ring.add(newcomer);
    ring.nodes.kill(behind);
    // Nobody has heard the claim of its present start.
    restartAllBut(ring, behind);
    ring.nodes.pass(10_000);
    assertEquals(0, newcomer.data.size());
    ring.nodes.start(behind);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void tombstonesAndSiblingsArriveWhole() {
    var ring = filled(4);
    var nodes = ring.nodes;
    for (int i = 0; i < 60; i++) {
      var key = key(i);
      if (i % 2 == 0) {
        nodes.delete(nodes.replica(key, 0), key);
      } else {
        nodes.put(nodes.replica(key, 0), key, "sibling", null);
      }
    }
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void aSourceThatDiesInTheMiddleIsMadeUpForByTheOthers() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    var pages = new TreeMap<NodeId, Integer>();
    ring.hold(envelope -> isPage(envelope) && pages.merge(envelope.from(), 1, Integer::sum) > 1);
    ring.add(newcomer);
    ring.nodes.pass(5_000);
    var source = ring.machine(pages.firstKey());
    ring.nodes.kill(source);
    ring.hold(_ -> false);
    ring.nodes.pass(40_000);
    assertCaughtUp(newcomer);
    ring.nodes.start(source);
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void aNodeThatIsStartedAgainGoesOnWhereItStopped() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    var asked = new TreeSet<Integer>();
    // The rest stays away for now.
    ring.hold(
        envelope -> {
          boolean holds = isAsk(envelope) && asked.size() == 3;
          if (isAsk(envelope) && !holds) {
            asked.add(partition(envelope));
          }
          return holds && !asked.contains(partition(envelope));
        });
    ring.add(newcomer);
    ring.nodes.pass(10_000);
    int done = figures(ring, newcomer).partitionsDone();
    assertTrue(done > 0 && done < figures(ring, newcomer).partitionsWanted(), "done: " + done);
    ring.nodes.kill(newcomer);
    var again = new TreeSet<Integer>();
    ring.hold(
        envelope -> {
          if (isAsk(envelope)) {
            again.add(partition(envelope));
          }
          return false;
        });
    ring.nodes.start(newcomer);
    assertEquals(done, figures(ring, newcomer).partitionsDone());
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertEquals(figures(ring, newcomer).partitionsWanted() - done, again.size());
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void whatIsWrittenMeanwhileIsWithTheNewOwner() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isPage);
    ring.add(newcomer);
    ring.nodes.pass(5_000);
    for (int i = 0; i < KEYS; i += 3) {
      var key = key(i);
      var put = ring.nodes.put(ring.nodes.replica(key, 0), key, "meanwhile " + i, null);
      assertInstanceOf(Written.class, put);
    }
    ring.hold(_ -> false);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** The dead one may have been one of just two that had a write; the other one is asked. */
  @Test
  void inThePlaceOfADeadSourceAllOthersAreMerged() {
    var ring = filled(4);
    var dead = ring.nodes.machines.get(1);
    var other = ring.nodes.machines.get(2);
    // These writes are on the one that dies and on one of the others only.
    var scarce = new ArrayList<Key>();
    for (int i = 0; i < KEYS; i++) {
      var replicas = ring.cluster().ring().replicas(ring.partition(key(i)));
      if (replicas.contains(ChangingRing.id(dead)) && replicas.contains(ChangingRing.id(other))) {
        scarce.add(key(i));
      }
    }
    var third = new ArrayList<>(ring.nodes.machines);
    third.remove(dead);
    third.remove(other);
    for (Key key : scarce) {
      var place = ring.nodes.storageKey(key);
      third.forEach(machine -> machine.data.remove(place));
    }
    assertFalse(scarce.isEmpty());
    var newcomer = ring.newcomer();
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(40_000);
    assertCaughtUp(newcomer);
    for (Key key : scarce) {
      assertTrue(ring.hasTheSame(newcomer, dead, key), key.toString());
    }
  }

  @Test
  void withTooFewOfTheOthersAliveItWaits() {
    var ring = filled(5);
    var dead = ring.nodes.machines.get(1);
    var away = ring.nodes.machines.get(2);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isPage);
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(2_000);
    ring.nodes.kill(away);
    ring.hold(_ -> false);
    ring.nodes.pass(30_000);
    assertFalse(isCaughtUp(newcomer));
    ring.nodes.start(away);
    ring.nodes.pass(30_000);
    assertCaughtUp(newcomer);
  }

  /** Records that are damaged at the source are not taken for absent. */
  @Test
  void whatTheSourceCannotReadIsFetchedWhenItsOwnIsPutRight() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.nodes.machines.stream()
        .filter(machine -> machine != newcomer)
        .limit(1)
        .forEach(machine -> machine.data.keySet().stream().toList().forEach(machine::rot));
    ring.add(newcomer);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** Of two copies one went with its owner, the other one has rotted: there is no third. */
  @Test
  void whatNobodyIsLeftToReadDoesNotKeepTheChangeOpen() {
    var ring = filled(4, 2);
    var dead = ring.nodes.machines.get(1);
    var other = ring.nodes.machines.get(2);
    var newcomer = ring.newcomer();
    var members = ring.cluster().ring();
    var lost = new ArrayList<Key>();
    for (int i = 0; i < KEYS; i++) {
      var replicas = members.replicas(ring.partition(key(i)));
      if (replicas.contains(ChangingRing.id(dead)) && replicas.contains(ChangingRing.id(other))) {
        lost.add(key(i));
      }
    }
    lost.forEach(key -> other.rot(ring.nodes.storageKey(key)));
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    assertTrue(newcomer.reports.stream().anyMatch(text -> text.contains("nobody else is left")));
    for (int i = 0; i < KEYS; i++) {
      boolean gained = members.replicas(ring.partition(key(i))).contains(ChangingRing.id(dead));
      if (gained && !lost.contains(key(i))) {
        assertTrue(ring.hasTheSame(newcomer, dead, key(i)), key(i).toString());
      }
    }
  }

  /** As long as the owner of the other copy may come back, its copy is waited for. */
  @Test
  void whatTheSourceCannotReadIsWaitedForWhileAnotherOwnerIsAway() {
    var ring = filled(4, 2);
    var away = ring.nodes.machines.get(1);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isAsk);
    ring.add(newcomer);
    ring.nodes.pass(2_000);
    ring.nodes.kill(away);
    ring.nodes.machines.stream()
        .filter(machine -> machine != newcomer && machine != away)
        .forEach(machine -> machine.data.keySet().stream().toList().forEach(machine::rot));
    ring.hold(_ -> false);
    ring.nodes.pass(60_000);
    assertFalse(isCaughtUp(newcomer));
    ring.nodes.start(away);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    for (int i = 0; i < KEYS; i++) {
      if (ring.has(away, key(i)) && ring.has(newcomer, key(i))) {
        assertTrue(ring.hasTheSame(newcomer, away, key(i)), key(i).toString());
      }
    }
  }

  /** Fingerprints are exchanged, not records. */
  @Test
  void aFormerOwnerDropsWhatAllOwnersHave() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    var before = ring.cluster().ring();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    ring.ready();
    ring.nodes.pass(5_000);
    var puts = new ArrayList<Envelope>();
    ring.hold(
        envelope -> {
          if (envelope.message() instanceof Message.ReplicaPut) {
            puts.add(envelope);
          }
          return false;
        });
    ring.done();
    ring.nodes.pass(20_000);
    assertEquals(List.of(), puts);
    assertOnlyOwnersHold(ring);
    assertTrue(!before.equals(ring.cluster().ring()));
    for (Machine machine : ring.nodes.machines) {
      assertEquals(0, figures(ring, machine).formerPartitions());
      assertEquals(List.of(), machine.reports.stream().filter(r -> r.contains("nobody")).toList());
    }
  }

  /** The new owner has lost something: the former one brings it, and drops its own then. */
  @Test
  void whatAnOwnerLacksIsPaidAndNotDropped() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    ring.ready();
    ring.nodes.pass(2_000);
    ring.nodes.machines.stream().filter(Machine::isUp).forEach(ring.nodes::kill);
    var lost = newcomer.data.keySet().stream().limit(5).toList();
    lost.forEach(newcomer.data::remove);
    ring.done();
    ring.nodes.pass(20_000);
    lost.forEach(place -> assertNotNull(newcomer.data.get(place)));
    assertOnlyOwnersHold(ring);
  }

  /** One that stays unreadable is looked at again and again, and the others go meanwhile. */
  @Test
  void whatCannotBeReadKeepsNothingElseAtItsFormerOwner() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    ring.ready();
    ring.nodes.pass(2_000);
    var former = ring.nodes.machines.getFirst();
    var left = left(ring, former);
    var rotten = left.getFirst();
    var paid = left.getLast();
    ring.nodes.machines.stream().filter(Machine::isUp).forEach(ring.nodes::kill);
    former.rot(ring.nodes.storageKey(rotten));
    newcomer.data.remove(ring.nodes.storageKey(paid));
    // Nobody says what else there is of it, and the other one takes a while to be brought.
    ring.hold(envelope -> isGet(envelope, rotten) || isPut(envelope, paid));
    ring.done();
    ring.nodes.pass(4_000);
    assertTrue(ring.has(former, paid));
    ring.hold(envelope -> isGet(envelope, rotten));
    ring.nodes.pass(20_000);
    assertTrue(ring.has(newcomer, paid));
    assertEquals(List.of(rotten), left.stream().filter(key -> ring.has(former, key)).toList());
    assertTrue(figures(ring, former).formerPartitions() > 0, "there is one left");
    ring.hold(_ -> false);
    ring.nodes.pass(20_000);
    assertOnlyOwnersHold(ring);
    assertEquals(0, figures(ring, former).formerPartitions());
  }

  /** Nothing is dropped while an owner cannot say that it has it. */
  @Test
  void nothingIsDroppedWhileAnOwnerIsAway() {
    var ring = filled(4);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    ring.ready();
    ring.nodes.pass(2_000);
    ring.hold(envelope -> envelope.message() instanceof Message.ReleaseAsk);
    ring.done();
    ring.nodes.kill(newcomer);
    ring.hold(_ -> false);
    int records = records(ring);
    ring.nodes.pass(20_000);
    assertEquals(records, records(ring));
    ring.nodes.start(newcomer);
    ring.nodes.pass(20_000);
    assertOnlyOwnersHold(ring);
  }

  @Test
  void anUndoneChangeLeavesNoTrace() {
    var ring = filled(5);
    var leaving = ring.nodes.machines.get(1);
    ring.remove(leaving, null);
    ring.nodes.pass(20_000);
    for (Machine machine : ring.nodes.machines) {
      assertTrue(isCaughtUp(machine), machine.name);
    }
    ring.undo();
    ring.nodes.pass(2_000);
    ring.done();
    ring.nodes.pass(20_000);
    assertOnlyOwnersHold(ring);
    for (Machine machine : ring.nodes.machines) {
      var arrived = machine.metadata.get(StorageKey.ARRIVED);
      assertTrue(arrived == null || arrived.length() < 8, "no marks are left");
    }
  }

  private static ChangingRing filled(int members) {
    return filled(members, 3);
  }

  private static ChangingRing filled(int members, int copies) {
    var nodes = NodesInOneProcess.formed(members, copies);
    nodes.hintsLimitBytes = 1 << 20;
    for (int i = 0; i < KEYS; i++) {
      var key = key(i);
      assertInstanceOf(Written.class, nodes.put(nodes.replica(key, 0), key, "value " + i, null));
    }
    return new ChangingRing(nodes);
  }

  /** The keys that this machine does not own any more once the change is done. */
  private static List<Key> left(ChangingRing ring, Machine former) {
    var ownership = ring.cluster().ownership();
    var left = new ArrayList<Key>();
    for (int i = 0; i < KEYS; i++) {
      var partition = ring.partition(key(i));
      var id = ChangingRing.id(former);
      if (ownership.owns(id, partition) && !ownership.ownersAfter(partition).contains(id)) {
        left.add(key(i));
      }
    }
    return left;
  }

  private static void restartAllBut(ChangingRing ring, Machine down) {
    ring.nodes.machines.stream().filter(Machine::isUp).forEach(ring.nodes::kill);
    ring.nodes.machines.stream().filter(each -> each != down).forEach(ring.nodes::start);
  }

  private static Key key(int number) {
    return Key.of("default", "key " + number);
  }

  private static TransferFigures figures(ChangingRing ring, Machine machine) {
    return machine.node().view(ring.nodes.now()).transfers();
  }

  private static boolean isCaughtUp(Machine machine) {
    var id = machine.node().id();
    return machine.node().told().stream()
        .anyMatch(state -> state.member().equals(id) && state.claim().says(Claim.CAUGHT_UP));
  }

  private static void assertCaughtUp(Machine machine) {
    assertTrue(isCaughtUp(machine), machine.name + " has all that it gains");
  }

  /** The new owner has, of what it gains, just what the owners before have. */
  private static void assertGainedAsBefore(ChangingRing ring, Machine gaining) {
    var id = ChangingRing.id(gaining);
    var gained = new TreeSet<Partition>(ring.cluster().ownership().gainedBy(id));
    int arrived = 0;
    for (int i = 0; i < KEYS; i++) {
      var partition = ring.partition(key(i));
      if (gained.contains(partition)) {
        var before = ring.cluster().ownership().ownersBefore(partition).getFirst();
        assertTrue(ring.hasTheSame(gaining, ring.machine(before), key(i)), key(i).toString());
        arrived++;
      } else {
        assertFalse(ring.has(gaining, key(i)), "not its own: " + key(i));
      }
    }
    assertTrue(arrived > 0);
    assertEquals(arrived, gaining.data.size());
  }

  private static void assertOnlyOwnersHold(ChangingRing ring) {
    for (Machine machine : ring.nodes.machines) {
      for (int i = 0; i < KEYS; i++) {
        boolean owns = ring.cluster().ring().owns(ChangingRing.id(machine), ring.partition(key(i)));
        assertEquals(owns, ring.has(machine, key(i)), machine.name + " and " + key(i));
      }
      assertTrue(machine.debts.isEmpty(), machine.name + " owes nothing");
    }
  }

  private static int records(ChangingRing ring) {
    return ring.nodes.machines.stream().mapToInt(machine -> machine.data.size()).sum();
  }

  private static boolean isGet(Envelope envelope, Key key) {
    return envelope.message() instanceof Message.ReplicaGet get && get.key().equals(key);
  }

  private static boolean isPut(Envelope envelope, Key key) {
    return envelope.message() instanceof Message.ReplicaPut put && put.key().equals(key);
  }

  private static boolean isPage(Envelope envelope) {
    return envelope.message() instanceof TransferPage;
  }

  private static boolean isAsk(Envelope envelope) {
    return envelope.message() instanceof TransferAsk;
  }

  private static int partition(Envelope envelope) {
    return envelope.message() instanceof TransferAsk ask ? ask.partition() : -1;
  }
}
