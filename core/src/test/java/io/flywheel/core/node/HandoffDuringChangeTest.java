package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Ownership;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is owed from before a change of the ring, and paid while it is under way. */
final class HandoffDuringChangeTest {
  private static final int KEYS = 64;
  private static final long GONE_MILLIS = 15_000;

  @Test
  void whatIsPaidToAnOwnerComesToWhoIsToOwnItAsWell() {
    var nodes = new NodesInOneProcess(5, 3);
    nodes.hintsLimitBytes = 1L << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var away = nodes.machines.getLast();
    var one = nodes.machines.getFirst();
    var newcomer = nodes.newcomer("node-6");
    nodes.kill(away);
    nodes.pass(GONE_MILLIS);
    for (int i = 0; i < KEYS; i++) {
      assertInstanceOf(Written.class, nodes.put(one, key(i), "v", null));
    }
    assertTrue(debts(nodes) > 0);
    nodes.hold(envelope -> isStep(envelope) || envelope.message() instanceof ReplicaPut);
    nodes.start(away);
    nodes.pass(1_000);
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
    assertTrue(newcomer.data.isEmpty(), "nothing is copied in this story");

    assertTrue(debts(nodes) > 0);
    nodes.hold(HandoffDuringChangeTest::isStep);
    nodes.pass(20_000);
    assertEquals(0, debts(nodes));
    var ownership = ownership(newcomer);
    int paid = 0;
    for (int i = 0; i < KEYS; i++) {
      var partition = ownership.ring().partition(key(i));
      if (ownership.ring().owns(away.node().id(), partition)) {
        assertTrue(away.data.containsKey(nodes.storageKey(key(i))));
        boolean gained = ownership.gains(newcomer.node().id(), partition);
        assertEquals(gained, newcomer.data.containsKey(nodes.storageKey(key(i))));
        paid += gained ? 1 : 0;
      }
    }
    assertTrue(paid > 4, paid + " of these keys come to the newcomer");
  }

  @Test
  void nothingIsSettledByWhoIsYetToBeFilledAndNothingIsForgottenMeanwhile() {
    var nodes = new NodesInOneProcess(3, 3);
    nodes.rhythm = new Rhythm(1_000, 1_000, 1L << 20, 1L << 20);
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var one = nodes.machines.getFirst();
    for (int i = 0; i < KEYS; i++) {
      nodes.put(one, key(i), "v", null);
      nodes.delete(one, key(i));
    }
    var newcomer = nodes.newcomer("node-4");
    nodes.hold(HandoffDuringChangeTest::isStep);
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
    long closed = one.node().view(nodes.now()).eras().closed();
    nodes.pass(60_000);
    for (Machine machine : nodes.machines) {
      var view = machine.node().view(nodes.now());
      assertTrue(view.eras().closed() <= closed + 2, view.eras() + " after " + closed);
      assertEquals(0, view.counters().keysReaped());
    }

    nodes.deliverHeld();
    nodes.pass(180_000);
    assertNull(newcomer.node().view(nodes.now()).changes().change());
    assertTrue(one.node().view(nodes.now()).eras().closed() > closed + 10);
    assertTrue(one.node().view(nodes.now()).counters().keysReaped() > 0);
  }

  /** Whoever sends it may be a step ahead, where the node owns nothing of it any more. */
  @Test
  void whoOwnsByOneOfTwoRingsOnlyNotesWhomItStandsInFor() {
    var ring = new FilledRing(4);
    var nodes = ring.nodes;
    var one = nodes.machines.getFirst();
    ring.leave(nodes.machines.getLast());
    nodes.pass(2_000);
    var ownership = ownership(one);
    var key =
        FilledRing.KEYS.stream()
            .filter(it -> ownership.gains(one.node().id(), ownership.ring().partition(it)))
            .findFirst()
            .orElseThrow();
    var owner = nodes.machines.get(1);
    assertTrue(ownership.readers(ownership.ring().partition(key)).contains(owner.node().id()));
    assertEquals(0, one.debts.size());

    var record = Objects.requireNonNull(owner.data.get(nodes.storageKey(key)));
    var view = owner.node().view(nodes.now());
    var hint = new ReplicaPut(99, key, view.eras().current(), owner.node().id(), record);
    var letter =
        new Envelope(
            owner.node().id(),
            owner.node().startId(),
            1_000_000,
            view.clusterId(),
            nodes.settings().fingerprint(),
            ring.cluster().epoch(),
            hint);
    ring.hold(envelope -> envelope.message() instanceof ReplicaPut);
    one.node().receive(nodes.now(), letter);
    nodes.pass(1);
    assertEquals(1, one.debts.size());
  }

  /** What would take a change further once it has begun: copies, and the ring log. */
  private static boolean isStep(Envelope envelope) {
    return envelope.epoch() > 1
        && (envelope.message() instanceof Message.TransferAsk
            || envelope.message() instanceof Message.Prepare
            || envelope.message() instanceof Message.Accept);
  }

  private static int debts(NodesInOneProcess nodes) {
    return nodes.machines.stream().mapToInt(machine -> machine.debts.size()).sum();
  }

  private static Ownership ownership(Machine machine) {
    try {
      var stored = Objects.requireNonNull(machine.metadata.get(StorageKey.CLUSTER));
      return Cluster.decode(stored).ownership();
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Key key(int number) {
    return Key.of("default", "cart:" + number);
  }
}
