package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Repaired;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Stories of replicas that come to hold the same by themselves. Nothing is owed to anybody here.
 */
class AntiEntropyTest {
  private static final long ROUNDS_MILLIS = 60_000;

  @Test
  void aReplicaThatMissedWritesAndDeletesGetsThemByExchangeAlone() {
    var nodes = NodesInOneProcess.formed(3, 3);
    for (int i = 0; i < 100; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "before", null);
    }
    var away = nodes.machines.get(2);
    nodes.kill(away);
    for (int i = 50; i < 75; i++) {
      assertInstanceOf(Written.class, nodes.delete(nodes.machines.get(0), key(i)));
    }
    for (int i = 100; i < 150; i++) {
      assertInstanceOf(Written.class, nodes.put(nodes.machines.get(1), key(i), "after", null));
    }
    nodes.pass(10_000);
    nodes.start(away);
    nodes.pass(ROUNDS_MILLIS);
    assertConverged(nodes);
    assertEquals(150, away.data.size());
  }

  @Test
  void equalReplicasSendEachOtherNothingAndKnowThatTheyAreEqual() {
    var nodes = NodesInOneProcess.formed(5, 3);
    for (int i = 0; i < 200; i++) {
      nodes.put(nodes.machines.get(i % 5), key(i), "v", null);
    }
    nodes.pass(ROUNDS_MILLIS);
    for (Machine machine : nodes.machines) {
      var figures = figures(nodes, machine);
      assertEquals(figures.treesOwned(), figures.treesBuilt());
      assertTrue(figures.exchanges() > 2);
      assertEquals(figures.exchanges(), figures.quietExchanges());
      assertEquals(0, figures.keysSent() + figures.keysTaken() + figures.treesCorrected());
      assertEquals(0, figures.partitionsNeverProven());
      assertTrue(figures.provenWorstMillis() <= ROUNDS_MILLIS);
      assertTrue(figures.sweeps() <= 3 + ROUNDS_MILLIS / 10_000, "it is in no hurry");
      assertTrue(figures.provenMedianMillis() <= figures.provenWorstMillis());
    }
  }

  @Test
  void ofManyKeysOnlyThoseThatDifferTravel() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var away = nodes.machines.get(1);
    for (int i = 0; i < 2_000; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "v", null);
    }
    nodes.kill(away);
    for (int i = 0; i < 100; i++) {
      nodes.put(nodes.machines.getFirst(), key(i * 20), "w", null);
    }
    nodes.start(away);
    nodes.pass(ROUNDS_MILLIS);
    assertConverged(nodes);
    long moved = 0;
    for (Machine machine : nodes.machines) {
      moved += figures(nodes, machine).keysSent() + figures(nodes, machine).keysTaken();
    }
    assertTrue(moved >= 100 && moved <= 200, "moved " + moved);
  }

  /** A record that vanished, and one that decayed, while nobody read them. */
  @Test
  void whatTheDiskLosesIsFoundAndBroughtBack() {
    var nodes = NodesInOneProcess.formed(3, 3);
    for (int i = 0; i < 50; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "v", null);
    }
    nodes.pass(ROUNDS_MILLIS);
    var one = nodes.machines.get(1);
    one.data.remove(nodes.storageKey(key(7)));
    one.rot(nodes.storageKey(key(8)));
    nodes.pass(ROUNDS_MILLIS);
    assertConverged(nodes);
    assertEquals(50, one.data.size());
    var figures = figures(nodes, one);
    assertTrue(figures.treesCorrected() > 0);
    assertEquals(1, figures.damagedFound());
  }

  /** Nobody has to wait for the next turn, and how far it is can be seen. */
  @Test
  void aRepairThatIsAskedForBeginsAtOnceAndSaysWhenItIsThrough() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.pass(ROUNDS_MILLIS);
    var away = nodes.machines.get(2);
    nodes.hold(envelope -> envelope.message() instanceof Message.ReplicaPut);
    nodes.put(nodes.machines.getFirst(), key(1), "v", null);
    nodes.hold(_ -> false);
    assertFalse(figures(nodes, away).repair().running());
    away.node().repairAll(nodes.now());
    nodes.pass(1_000);
    var repair = figures(nodes, away).repair();
    assertFalse(repair.running());
    assertEquals(repair.owned(), repair.proven());
    assertNotEquals(0, repair.keysMoved());
    assertTrue(figures(nodes, away).provenWorstMillis() <= 1_000);
  }

  @Test
  void aKeyThatAnOperatorNamesIsMadeEqualAndTheAnswerSaysWhatWasDone() {
    var nodes = NodesInOneProcess.formed(5, 3);
    nodes.hold(envelope -> envelope.message() instanceof Message.AboutTrees);
    var stale = nodes.replica(key(1), 2);
    var stranger = nodes.stranger(key(1));
    nodes.kill(stale);
    nodes.put(nodes.replica(key(1), 0), key(1), "v", null);
    nodes.start(stale);
    nodes.pass(2_000);
    var repair = new ClientRequest.Repair(key(1), 1_000);
    assertEquals(new Repaired(3, 3, 1), nodes.ask(stranger, repair));
    assertEquals(new Repaired(3, 3, 0), nodes.ask(stale, repair));
    nodes.kill(stale);
    assertEquals(new Repaired(3, 2, 0), nodes.ask(stranger, repair));
  }

  /** The clocks are equal, the checksums are right, and the values are not the same. */
  @Test
  void aValueThatDecayedUnderItsDotIsFoundAndAgreedUpon() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.put(nodes.machines.getFirst(), key(1), "value", null);
    nodes.pass(ROUNDS_MILLIS);
    var one = nodes.machines.get(1);
    var record = Objects.requireNonNull(one.data.get(nodes.storageKey(key(1))));
    one.data.put(nodes.storageKey(key(1)), decayed(key(1), record));
    nodes.pass(ROUNDS_MILLIS);
    assertConverged(nodes);
    assertEquals(
        record, one.data.get(nodes.storageKey(key(1))), "two of three had what was written");
    long contradictions = 0;
    for (Machine machine : nodes.machines) {
      contradictions += figures(nodes, machine).contradictions();
    }
    assertTrue(contradictions > 0);
  }

  /** What is stored while a sweep reads must get into the new tree exactly once. */
  @Test
  void aRebuiltTreeIsTheOneThatWasKeptWhateverIsStoredMeanwhile() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.getFirst();
    for (int i = 0; i < 2_000; i++) {
      nodes.put(one, key(i), "v", null);
    }
    nodes.pass(ROUNDS_MILLIS);
    var random = new SplittableRandom(7);
    long sweeps = figures(nodes, one).sweeps();
    for (int step = 0; figures(nodes, one).sweeps() < sweeps + 5; step++) {
      assertTrue(step < 10_000, "the sweep does not go on");
      nodes.scansWait = random.nextInt(4) > 0;
      nodes.pass(random.nextInt(200));
      for (int i = random.nextInt(30); i > 0; i--) {
        var key = key(random.nextInt(3_000));
        if (random.nextInt(3) == 0) {
          nodes.delete(one, key);
        } else {
          nodes.put(one, key, "v" + step, nodes.context(one, key));
        }
      }
      if (random.nextBoolean()) {
        nodes.scansWait = false;
        nodes.pass(1);
      }
    }
    assertEquals(0, figures(nodes, one).treesCorrected());
  }

  /** A part of the disk that cannot be scanned must not end the sweep, nor hide the rest. */
  @Test
  void aSweepLeavesOutWhatCannotBeScannedAndComesRound() {
    var nodes = NodesInOneProcess.formed(3, 3);
    for (int i = 0; i < 200; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "v", null);
    }
    var one = nodes.machines.get(1);
    one.unscannable = nodes.storageKey(key(7));
    nodes.kill(one);
    for (int i = 0; i < 50; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "w", null);
    }
    nodes.start(one);
    nodes.pass(3 * ROUNDS_MILLIS);
    assertTrue(figures(nodes, one).sweeps() > 0);
    assertEquals(figures(nodes, one).treesOwned(), figures(nodes, one).treesBuilt());
    assertEquals(nodes.machines.getFirst().data, one.data);
  }

  /** Whoever begins an exchange takes what it lacks and gives what the other lacks. */
  @Test
  void oneSideThatAsksIsEnoughForBoth() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var asking = nodes.machines.getFirst();
    var other = nodes.machines.get(1);
    nodes.hold(
        envelope ->
            envelope.message() instanceof Message.ReplicaPut
                || envelope.message() instanceof Message.AboutTrees);
    for (int i = 0; i < 20; i++) {
      nodes.put(asking, key(i), "of one", null);
      nodes.put(other, key(i + 10), "of the other", null);
    }
    var id = asking.node().id();
    nodes.hold(
        envelope -> {
          boolean asks =
              envelope.message() instanceof Message.GroupSums
                  || envelope.message() instanceof Message.TreeSums;
          return asks && !envelope.from().equals(id);
        });
    nodes.pass(ROUNDS_MILLIS);
    assertEquals(asking.data, other.data);
    assertEquals(asking.data, nodes.machines.get(2).data);
    assertEquals(30, other.data.size());
    assertTrue(figures(nodes, asking).keysTaken() > 0 && figures(nodes, asking).keysSent() > 0);
    assertEquals(0, figures(nodes, other).exchanges());
  }

  @Test
  void aPartitionIsNotProvenWhileOneOfItsReplicasIsAway() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.pass(ROUNDS_MILLIS);
    var one = nodes.machines.getFirst();
    assertTrue(figures(nodes, one).provenWorstMillis() < ROUNDS_MILLIS);
    nodes.kill(nodes.machines.get(2));
    nodes.pass(2 * ROUNDS_MILLIS);
    assertTrue(figures(nodes, one).provenMedianMillis() >= 2 * ROUNDS_MILLIS);
    nodes.start(nodes.machines.get(2));
    nodes.pass(ROUNDS_MILLIS);
    assertTrue(figures(nodes, one).provenWorstMillis() < ROUNDS_MILLIS);
  }

  /** Trap 31: a replica that comes back empty-handed must not be asked for everything at once. */
  @Test
  void anExchangeLooksAtFewKeysAtATime() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var away = nodes.machines.get(2);
    nodes.kill(away);
    for (int i = 0; i < 500; i++) {
      nodes.put(nodes.machines.getFirst(), key(i), "v", null);
    }
    var firstMillis = new TreeMap<NodeId, Long>();
    var asked = new TreeMap<NodeId, Integer>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof Message.ReplicaGet) {
            long now = nodes.now().monotonicMillis();
            if (now - firstMillis.computeIfAbsent(envelope.from(), _ -> now) < 5_000) {
              asked.merge(envelope.from(), 1, Integer::sum);
            }
          }
          return envelope.message() instanceof Message.ReplicaGetReply;
        });
    nodes.start(away);
    nodes.pass(ROUNDS_MILLIS);
    assertFalse(asked.isEmpty());
    for (int keys : asked.values()) {
      assertTrue(keys <= 32, "asked for " + keys + " keys at a time");
    }
    nodes.hold(_ -> false);
    nodes.pass(ROUNDS_MILLIS);
    assertConverged(nodes);
  }

  private static void assertConverged(NodesInOneProcess nodes) {
    for (Machine machine : nodes.machines) {
      assertEquals(nodes.machines.getFirst().data, machine.data, machine.name);
      var figures = figures(nodes, machine);
      assertEquals(figures.treesOwned(), figures.treesBuilt());
      assertEquals(0, figures.partitionsNeverProven());
    }
  }

  private static AntiEntropyFigures figures(NodesInOneProcess nodes, Machine machine) {
    return machine.node().view(nodes.now()).antiEntropy();
  }

  private static Key key(int number) {
    return Key.of("default", "key " + number);
  }

  /** The record of a key with another value under the same dot. */
  private static Bytes decayed(Key key, Bytes record) {
    try {
      var state = SiblingsCodec.decode(key, record);
      var sibling = state.living().getFirst();
      var decayed = Sibling.value(sibling.dot(), Bytes.utf8("another"), "", 0);
      return SiblingsCodec.encode(
          key, new Siblings(state.context(), List.of(decayed), state.requests()));
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }
}
