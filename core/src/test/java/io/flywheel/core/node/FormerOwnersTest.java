package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Key;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What former owners still hold after a change of the ring goes when all owners have it. */
final class FormerOwnersTest {
  /** Fingerprints are exchanged, not records. */
  @Test
  void aFormerOwnerDropsWhatAllOwnersHave() {
    var ring = new FilledRing(4);
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
    ring.assertOnlyOwnersHold();
    assertTrue(!before.equals(ring.cluster().ring()));
    for (Machine machine : ring.nodes.machines) {
      assertEquals(0, ring.figures(machine).formerPartitions());
      assertEquals(List.of(), machine.reports.stream().filter(r -> r.contains("nobody")).toList());
    }
  }

  /** The new owner has lost something: the former one brings it, and drops its own then. */
  @Test
  void whatAnOwnerLacksIsPaidAndNotDropped() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomerThatIsRead();
    ring.nodes.machines.stream().filter(Machine::isUp).forEach(ring.nodes::kill);
    var lost = newcomer.data.keySet().stream().limit(5).toList();
    lost.forEach(newcomer.data::remove);
    ring.done();
    ring.nodes.pass(20_000);
    lost.forEach(place -> assertNotNull(newcomer.data.get(place)));
    ring.assertOnlyOwnersHold();
  }

  /** One that stays unreadable is looked at again and again, and the others go meanwhile. */
  @Test
  void whatCannotBeReadKeepsNothingElseAtItsFormerOwner() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomerThatIsRead();
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
    assertTrue(ring.figures(former).formerPartitions() > 0, "there is one left");
    ring.hold(_ -> false);
    ring.nodes.pass(20_000);
    ring.assertOnlyOwnersHold();
    assertEquals(0, ring.figures(former).formerPartitions());
  }

  /** Nothing is dropped while an owner cannot say that it has it. */
  @Test
  void nothingIsDroppedWhileAnOwnerIsAway() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomerThatIsRead();
    ring.hold(envelope -> envelope.message() instanceof Message.ReleaseAsk);
    ring.done();
    ring.nodes.kill(newcomer);
    ring.hold(_ -> false);
    int records = records(ring);
    ring.nodes.pass(20_000);
    assertEquals(records, records(ring));
    ring.nodes.start(newcomer);
    ring.nodes.pass(20_000);
    ring.assertOnlyOwnersHold();
  }

  @Test
  void anUndoneChangeLeavesNoTrace() {
    var ring = new FilledRing(5);
    var leaving = ring.nodes.machines.get(1);
    ring.leave(leaving);
    ring.nodes.pass(20_000);
    for (Machine machine : ring.nodes.machines) {
      assertTrue(machine.isCaughtUp(), machine.name);
    }
    ring.undo();
    ring.nodes.pass(2_000);
    ring.done();
    ring.nodes.pass(20_000);
    ring.assertOnlyOwnersHold();
    for (Machine machine : ring.nodes.machines) {
      var arrived = machine.metadata.get(StorageKey.ARRIVED);
      assertTrue(arrived == null || arrived.length() < 8, "no marks are left");
    }
  }

  /** The keys that this machine does not own any more once the change is done. */
  private static List<Key> left(FilledRing ring, Machine former) {
    var ownership = ring.cluster().ownership();
    var id = ChangingRing.id(former);
    var left = new ArrayList<Key>();
    for (Key key : FilledRing.KEYS) {
      var partition = ring.partition(key);
      if (ownership.owns(id, partition) && !ownership.ownersAfter(partition).contains(id)) {
        left.add(key);
      }
    }
    return left;
  }

  private static int records(FilledRing ring) {
    return ring.nodes.machines.stream().mapToInt(machine -> machine.data.size()).sum();
  }

  private static boolean isGet(Envelope envelope, Key key) {
    return envelope.message() instanceof Message.ReplicaGet get && get.key().equals(key);
  }

  private static boolean isPut(Envelope envelope, Key key) {
    return envelope.message() instanceof Message.ReplicaPut put && put.key().equals(key);
  }
}
