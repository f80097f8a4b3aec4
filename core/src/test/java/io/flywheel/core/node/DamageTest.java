package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Stories of records and messages that are not what was written, and of putting them right. */
class DamageTest {
  private static final Key KEY = Key.of("default", "cart:42");
  private static final long MINUTE = 60_000;

  /** Of two copies one is at a replica and rots, and the other is still kept for somebody. */
  @Test
  void whatAStandInKeepsIsAskedForBeforeARecordIsRestored() {
    var nodes = new NodesInOneProcess(5, 3);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var one = nodes.replica(KEY, 0);
    var absent = List.of(nodes.replica(KEY, 1), nodes.replica(KEY, 2));
    absent.forEach(nodes::kill);
    nodes.put(one, KEY, "v", null);
    nodes.pass(1_000);
    nodes.hold(
        envelope ->
            envelope.message() instanceof ReplicaPut
                || envelope.message() instanceof Message.AboutTrees);
    absent.forEach(nodes::start);
    nodes.pass(5_000);
    one.damaged.add(nodes.storageKey(KEY));
    nodes.get(one, KEY, 1);
    nodes.pass(5_000);
    assertFalse(one.damaged.contains(nodes.storageKey(KEY)), "restored");
    assertTrue(one.data.containsKey(nodes.storageKey(KEY)));
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 3)));
  }

  /** It loses the key by the change, and may come back all the same: it has the other copy. */
  @Test
  void anOwnerThatLosesTheKeyIsWaitedForAsLongAsItStaysInTheCluster() {
    var nodes = NodesInOneProcess.formed(4, 2);
    var keys = new ArrayList<Key>();
    for (int i = 0; i < 100; i++) {
      keys.add(Key.of("default", "cart:" + i));
      nodes.put(nodes.replica(keys.getLast(), 0), keys.getLast(), "v", null);
    }
    var ring = new ChangingRing(nodes);
    ring.hold(envelope -> envelope.message() instanceof Message.TransferAsk);
    ring.add(ring.newcomer());
    nodes.pass(2_000);
    var away = nodes.machines.get(1);
    var other = nodes.machines.get(2);
    var owners = List.of(ChangingRing.id(away), ChangingRing.id(other));
    var ownership = ring.cluster().ownership();
    var key =
        keys.stream()
            .filter(each -> ownership.ownersBefore(ring.partition(each)).containsAll(owners))
            .filter(each -> ownership.ownersAfter(ring.partition(each)).contains(owners.get(1)))
            .filter(each -> !ownership.ownersAfter(ring.partition(each)).contains(owners.get(0)))
            .findFirst()
            .orElseThrow();
    nodes.kill(away);
    other.rot(nodes.storageKey(key));
    var rotten = other.data.get(nodes.storageKey(key));
    nodes.pass(20_000);
    nodes.get(other, key, 1);
    nodes.pass(5_000);
    assertEquals(rotten, other.data.get(nodes.storageKey(key)), "not taken for absent");
    nodes.start(away);
    nodes.pass(20_000);
    assertEquals(List.of("v"), values(nodes.get(other, key, 1)));
    assertTrue(ring.hasTheSame(other, away, key));
  }

  /** What the others said is too old by the time that this disk says what it has. */
  @Test
  void aRecordIsNotRestoredByAWordFromAnEraThatHasClosedMeanwhile() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    var last = nodes.replica(KEY, 2);
    nodes.put(one, KEY, "v", null);
    nodes.pass(100);
    damageAndHoldTheRestoration(nodes, one, last);
    nodes.pass(4 * MINUTE);
    assertTrue(last.node().view(nodes.now()).eras().closed() > 1);
    nodes.loadsWait = false;
    nodes.pass(1);
    assertTrue(last.damaged.contains(nodes.storageKey(KEY)), "not with that");
    nodes.get(one, KEY, 3);
    nodes.pass(5_000);
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 3)), "but with a newer one");
    assertFalse(last.damaged.contains(nodes.storageKey(KEY)));
  }

  /**
   * It runs on a directory of long ago, and there is nothing in it that the owners have not had.
   */
  @Test
  void aStandInThatSpeaksOfAnEraThatHasClosedHasNothingToAdd() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var one = nodes.replica(KEY, 0);
    var last = nodes.replica(KEY, 2);
    nodes.put(one, KEY, "v", null);
    var record = Objects.requireNonNull(one.data.get(nodes.storageKey(KEY)));
    nodes.pass(4 * MINUTE);
    assertTrue(last.node().view(nodes.now()).eras().closed() > 1);
    var stranger = nodes.stranger(KEY).node().id();
    nodes.forge(
        envelope ->
            envelope.from().equals(stranger) && envelope.message() instanceof ReplicaGetReply reply
                ? envelope.with(
                    new ReplicaGetReply(reply.request(), GetStatus.FOUND, 1, 0, List.of(), record))
                : envelope);
    last.damaged.add(nodes.storageKey(KEY));
    nodes.get(one, KEY, 3);
    nodes.pass(5_000);
    assertFalse(last.damaged.contains(nodes.storageKey(KEY)), "restored");
    assertEquals(List.of("v"), values(nodes.get(last, KEY, 3)));
  }

  /** Damage was proven, and then the disk says nothing at all: it may be another disk's record. */
  @Test
  void aRecordIsNotRestoredWhileItCannotBeReadForAnotherReason() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    var last = nodes.replica(KEY, 2);
    nodes.put(one, KEY, "v", null);
    nodes.pass(100);
    damageAndHoldTheRestoration(nodes, one, last);
    last.readsFail = true;
    nodes.loadsWait = false;
    nodes.pass(1);
    assertTrue(last.damaged.contains(nodes.storageKey(KEY)));
    last.readsFail = false;
    nodes.pass(3_000);
    nodes.get(one, KEY, 3);
    nodes.pass(100);
    assertFalse(last.damaged.contains(nodes.storageKey(KEY)));
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 3)));
  }

  private static void damageAndHoldTheRestoration(
      NodesInOneProcess nodes, Machine one, Machine last) {
    last.damaged.add(nodes.storageKey(KEY));
    var to = last.node().id();
    nodes.hold(
        envelope -> envelope.message() instanceof ReplicaGetReply && !envelope.from().equals(to));
    nodes.get(one, KEY, 3);
    nodes.loadsWait = true;
    nodes.deliverHeld();
  }

  /** No stamp is left above it, so nothing can replace it; it is readable for all that. */
  @Test
  void aKeyWhoseClockIsAtItsEndIsReadAndNotWritten() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    var dot = new Dot(new Actor(5, 6), Timestamp.MAX);
    var state =
        Siblings.NONE.put(
            Context.EMPTY, Sibling.value(dot, Bytes.utf8("last"), "", 0), null, Conflicts.SIBLINGS);
    for (Machine machine : nodes.machines) {
      var from = machine == one ? nodes.replica(KEY, 1) : one;
      var record = SiblingsCodec.encode(KEY, state);
      say(nodes, from, machine, new ReplicaPut(0, KEY, 1, null, record));
    }
    var refused = assertInstanceOf(NotDone.class, nodes.put(one, KEY, "v", null));
    assertEquals("the key's clock is at its end", refused.detail());
    assertEquals(List.of("last"), values(nodes.get(one, KEY, 3)));
  }

  /** An exchange that gets a damaged record gives this key up, and the next one finds it again. */
  @Test
  void aRecordThatComesDamagedToAnExchangeIsFetchedAgain() {
    var nodes = NodesInOneProcess.formed(2, 2);
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    nodes.put(one, KEY, "v", null);
    nodes.pass(2_000);
    nodes.kill(two);
    two.data.clear();
    nodes.start(two);
    var asked = new ArrayList<ReplicaGet>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ReplicaGet get
              && envelope.from().equals(two.node().id())) {
            asked.add(get);
          }
          return envelope.message() instanceof ReplicaGetReply;
        });
    for (int i = 0; i < 300 && asked.isEmpty(); i++) {
      nodes.pass(100);
    }
    var get = asked.getFirst();
    var garbage = Bytes.utf8("no record");
    say(
        nodes,
        one,
        two,
        new ReplicaGetReply(get.request(), GetStatus.FOUND, 1, 0, List.of(), garbage));
    assertTrue(two.data.isEmpty());
    nodes.hold(_ -> false);
    nodes.pass(MINUTE);
    assertEquals(one.data, two.data);
  }

  /** Whoever would adopt it would never agree with the others on who owns what. */
  @Test
  void aClusterThatContradictsItselfIsNotJoined() {
    var nodes = new NodesInOneProcess(3, 3);
    var words = new ArrayList<Envelope>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof Message.Formed) {
            words.add(envelope);
          }
          return envelope.message() instanceof Message.Formed;
        });
    nodes.machines.forEach(nodes::start);
    nodes.pass(3_000);
    var last = nodes.machines.getLast();
    var word = words.getFirst();
    var formed = (Message.Formed) word.message();
    var fewer = formed.members().subList(0, 2);
    var smaller = new Message.Formed(formed.clusterId(), formed.records(), fewer, formed.ring());
    last.node().receive(nodes.now(), word.with(smaller));
    nodes.pass(1);
    assertTrue(last.reports.stream().anyMatch(text -> text.contains("contradicts itself")));
    assertFalse(last.node().view(nodes.now()).serving());
    nodes.hold(_ -> false);
    nodes.pass(3_000);
    assertTrue(last.node().view(nodes.now()).serving(), "it is told again");
  }

  /** In the place of the next thing that the one says to the other. */
  private static void say(NodesInOneProcess nodes, Machine from, Machine to, Message message) {
    var replaced = new ArrayList<Envelope>();
    nodes.cut(
        (sender, receiver) -> sender.equals(from.node().id()) && receiver.equals(to.node().id()));
    nodes.hold(
        envelope -> {
          if (envelope.from().equals(from.node().id())) {
            replaced.add(envelope);
          }
          return false;
        });
    for (int i = 0; i < 30 && replaced.isEmpty(); i++) {
      nodes.pass(100);
    }
    nodes.cut((_, _) -> false);
    nodes.hold(_ -> false);
    to.node().receive(nodes.now(), replaced.getFirst().with(message));
    nodes.pass(1);
  }

  private static List<String> values(Outcome outcome) {
    return assertInstanceOf(Found.class, outcome).values().stream()
        .map(sibling -> sibling.value().toUtf8())
        .toList();
  }
}
