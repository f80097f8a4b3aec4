package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.Reap;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stories of what is forgotten, and of what tries to come back afterwards. */
class ReapingTest {
  private static final Key KEY = Key.of("default", "cart:42");
  private static final long MINUTE = 60_000;

  /** Longer than the margin for clocks, a sweep, and two eras. */
  private static final long LONG_ENOUGH = 6 * MINUTE;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whatIsDeletedEverywhereIsForgottenOnEveryDisk(int n) {
    var nodes = NodesInOneProcess.formed(3, n);
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "v", null);
    assertInstanceOf(Written.class, nodes.delete(one, KEY));
    nodes.pass(MINUTE / 2);
    assertEquals(n, holders(nodes), "not before its era is closed");
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    assertEquals(List.of(), values(nodes.get(one, KEY, n)));
    var view = nodes.replica(KEY, 0).node().view(nodes.now());
    assertEquals(1, view.counters().keysReaped());
    assertTrue(view.eras().closed() > 2);
    assertEquals(List.of(), view.eras().heldUpBy());
  }

  @Test
  void aSingleNodeForgetsByItself() {
    var nodes = NodesInOneProcess.formed(1, 1);
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "v", null);
    nodes.delete(one, KEY);
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    nodes.put(one, KEY, "again", null);
    assertEquals(List.of("again"), values(nodes.get(one, KEY, 1)));
  }

  /** Age proves nothing: not a day of absence either. */
  @Test
  void aReplicaThatIsAwayKeepsTheDeletionFromBeingForgottenAndBringsNothingBack() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var away = nodes.machines.get(2);
    nodes.put(one, KEY, "v", null);
    nodes.kill(away);
    nodes.delete(one, KEY);
    nodes.pass(60 * MINUTE);
    assertEquals(1, one.node().view(nodes.now()).antiEntropy().tombstones());
    assertEquals(3, holders(nodes), "two deletions, and the value of old");
    assertEquals(List.of("node-3"), one.node().view(nodes.now()).eras().heldUpBy());
    nodes.start(away);
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    assertEquals(List.of(), values(nodes.get(away, KEY, 3)));
  }

  /** Trap 11: a message read before the deletion, and delivered after it was forgotten. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLateMessageFromAClosedEraIsRefused(boolean afterRestart) {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.hold(putsFrom(one));
    nodes.put(one, KEY, "v", null);
    nodes.hold(_ -> false);
    nodes.delete(one, KEY);
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    if (afterRestart) {
      nodes.machines.forEach(nodes::kill);
      nodes.machines.forEach(nodes::start);
    }
    nodes.deliverHeld();
    assertEquals(0, holders(nodes), "an era that was closed once stays closed");
    nodes.pass(MINUTE);
    assertEquals(List.of(), values(nodes.get(one, KEY, 3)));
  }

  /** A write that another replica has carried out is not carried out again when it is forgotten. */
  @Test
  void aForwardedWriteThatComesMuchTooLateIsNotDoneOnceMore() {
    var nodes = NodesInOneProcess.formed(4, 3);
    var stranger = nodes.stranger(KEY);
    var stuck = new AtomicBoolean();
    nodes.hold(e -> e.message() instanceof ForwardPut && stuck.compareAndSet(false, true));
    assertInstanceOf(Written.class, nodes.put(stranger, KEY, "v", null));
    assertTrue(stuck.get());
    nodes.hold(_ -> false);
    assertInstanceOf(Written.class, nodes.delete(stranger, KEY));
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    nodes.deliverHeld();
    nodes.pass(1_000);
    assertEquals(0, holders(nodes));
    assertEquals(List.of(), values(nodes.get(stranger, KEY, 3)));
  }

  /** Trap 12: the hint is paid only when its tombstone would long be gone, by age. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anUnpaidDebtKeepsItsEraOpenAlsoThroughARestart(boolean restarted) {
    var nodes = new NodesInOneProcess(4, 3);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var one = nodes.replica(KEY, 0);
    var absent = nodes.replica(KEY, 2);
    var standIn = nodes.stranger(KEY);
    nodes.kill(absent);
    nodes.pass(15_000);
    nodes.put(one, KEY, "v", null);
    nodes.pass(1_000);
    assertTrue(holds(nodes, standIn), "it stands in");
    nodes.hold(putsFrom(standIn));
    nodes.start(absent);
    nodes.pass(5_000);
    assertInstanceOf(Written.class, nodes.delete(one, KEY));
    nodes.pass(2 * LONG_ENOUGH);
    if (restarted) {
      nodes.kill(standIn);
      nodes.start(standIn);
      nodes.hold(putsFrom(standIn));
      nodes.pass(2 * LONG_ENOUGH);
    }
    assertEquals(4, holders(nodes), "three deletions and what the stand-in keeps");
    var view = one.node().view(nodes.now());
    assertEquals(List.of(standIn.name), view.eras().heldUpBy());
    nodes.deliverHeld();
    nodes.pass(LONG_ENOUGH);
    assertEquals(0, holders(nodes));
    assertEquals(List.of(), values(nodes.get(absent, KEY, 3)));
  }

  /** Trap 10: one replica misses the word, and its old tombstone meets the key's second life. */
  @Test
  void theTombstoneOfAnEarlierLifeDoesNotCoverALaterWrite() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    var last = nodes.replica(KEY, 2);
    var lastId = last.node().id();
    nodes.put(one, KEY, "first life", null);
    nodes.delete(one, KEY);
    nodes.hold(envelope -> envelope.message() instanceof Reap);
    for (int i = 0; i < 600 && holders(nodes) == 3; i++) {
      nodes.pass(1_000);
    }
    assertEquals(2, holders(nodes), "the first replica has forgotten, the others have not heard");
    assertFalse(holds(nodes, one));
    assertInstanceOf(Written.class, nodes.put(one, KEY, "second life", null));
    nodes.deliverHeld();
    nodes.pass(LONG_ENOUGH);
    for (Machine machine : nodes.machines) {
      assertEquals(List.of("second life"), values(nodes.get(machine, KEY, 3)));
    }
    assertTrue(last.isUp() && last.node().id().equals(lastId));
    assertEquals(1, state(nodes, last).living().size(), "the tombstone is gone, too");
  }

  /** Trap 15: by the time in the record, at every replica alike. */
  @Test
  void whatHasExpiredIsForgottenEverywhereAndWhatLivesIsNot() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.ask(one, putWithTtl("short", 30_000));
    nodes.ask(one, putWithTtl("long", 24 * 60 * MINUTE));
    assertEquals(2, state(nodes, one).living().size());
    nodes.pass(LONG_ENOUGH);
    for (Machine machine : nodes.machines) {
      assertEquals(1, state(nodes, machine).living().size());
      assertEquals(List.of("long"), values(nodes.get(machine, KEY, 3)));
    }
    nodes.pass(25 * 60 * MINUTE);
    assertEquals(0, holders(nodes));
  }

  /** A clock that runs ahead must not take away what still lives by all the others. */
  @Test
  void theSlowerClockSaysWhatHasExpired() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.ask(one, putWithTtl("v", 20 * MINUTE));
    nodes.pass(LONG_ENOUGH);
    assertEquals(3, holders(nodes));
  }

  /** Every start is a new actor, and one that writes no more is proven away. */
  @Test
  void theTracesOfActorsThatWriteNoMoreAreShed() {
    var nodes = NodesInOneProcess.formed(3, 3);
    for (int i = 0; i < 12; i++) {
      var writer = nodes.machines.get(i % 3);
      nodes.put(writer, KEY, "v" + i, i == 0 ? null : nodes.context(writer, KEY));
      nodes.kill(writer);
      nodes.start(writer);
      nodes.pass(5_000);
    }
    assertEquals(12, state(nodes, nodes.machines.getFirst()).context().size());
    nodes.pass(LONG_ENOUGH);
    for (Machine machine : nodes.machines) {
      assertTrue(state(nodes, machine).context().size() <= 1 + Siblings.IDLE_ACTORS_KEPT);
      assertTrue(machine.node().view(nodes.now()).counters().entriesShed() > 0);
    }
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "next", nodes.context(one, KEY));
    assertEquals(List.of("next"), values(nodes.get(nodes.machines.get(1), KEY, 3)));
  }

  /** A key that never rests is never the same everywhere, but its residue is. */
  @Test
  void theTracesOnAKeyThatIsWrittenAllTheTimeAreShedToo() {
    var nodes = NodesInOneProcess.formed(3, 3);
    int most = 0;
    for (int i = 0; i < 300; i++) {
      var writer = nodes.machines.get(i % 3);
      nodes.put(writer, KEY, "v" + i, i == 0 ? null : nodes.context(writer, KEY));
      if (i % 10 == 9) {
        nodes.kill(writer);
        nodes.start(writer);
      }
      nodes.pass(4_000);
      most = Math.max(most, state(nodes, writer).context().size());
    }
    assertTrue(most <= 20, "of 33 actors " + most + " at a time");
    assertTrue(state(nodes, nodes.machines.getFirst()).context().size() <= 16);
    assertEquals(List.of("v299"), values(nodes.get(nodes.machines.get(1), KEY, 3)));
  }

  /** Whenever it happens: asked, answered, proven, closed, forgotten by some. */
  @ParameterizedTest
  @ValueSource(longs = {20, 61, 65, 70, 90, 119, 121, 125, 130, 180, 185, 190, 240})
  void aRestartOfAnyNodeAtAnyTimeOnlyDelaysIt(long second) {
    for (int victim = 0; victim < 3; victim++) {
      var nodes = NodesInOneProcess.formed(3, 3);
      var one = nodes.machines.getFirst();
      nodes.hold(putsFrom(one));
      nodes.put(one, KEY, "v", null);
      nodes.hold(_ -> false);
      nodes.delete(one, KEY);
      nodes.pass(second * 1_000);
      nodes.kill(nodes.machines.get(victim));
      nodes.pass(3_000);
      nodes.start(nodes.machines.get(victim));
      nodes.pass(LONG_ENOUGH);
      nodes.deliverHeld();
      nodes.pass(LONG_ENOUGH);
      assertEquals(0, holders(nodes));
      assertEquals(List.of(), values(nodes.get(one, KEY, 3)));
    }
  }

  /** A replica whose record rots while the others forget must not be open to what they refuse. */
  @Test
  void aRecordThatIsRestoredToNothingRefusesWhatTheOthersHaveForgotten() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.replica(KEY, 0);
    var last = nodes.replica(KEY, 2);
    nodes.hold(putsFrom(one));
    nodes.put(one, KEY, "v", null);
    nodes.hold(_ -> false);
    nodes.delete(one, KEY);
    nodes.hold(envelope -> envelope.message() instanceof Reap);
    for (int i = 0; i < 600 && holds(nodes, one); i++) {
      nodes.pass(500);
    }
    nodes.kill(last);
    last.metadata.remove(StorageKey.CLOSED_ERA);
    nodes.kill(nodes.replica(KEY, 1));
    var second = nodes.machines.stream().filter(machine -> !machine.isUp() && machine != last);
    second.findFirst().orElseThrow().data.remove(nodes.storageKey(KEY));
    last.damaged.add(nodes.storageKey(KEY));
    nodes.machines.stream().filter(machine -> !machine.isUp()).forEach(nodes::start);
    nodes.get(one, KEY, 3);
    nodes.pass(100);
    assertFalse(holds(nodes, last), "restored, to nothing");
    assertTrue(last.metadata.containsKey(StorageKey.CLOSED_ERA));
    nodes.kill(last);
    nodes.start(last);
    nodes.hold(envelope -> envelope.message() instanceof Reap);
    nodes.deliverHeld();
    assertFalse(holds(nodes, last));
  }

  private static Predicate<Envelope> putsFrom(Machine sender) {
    var id = sender.node().id();
    return envelope -> envelope.message() instanceof ReplicaPut && envelope.from().equals(id);
  }

  private static ClientRequest.Put putWithTtl(String value, long ttlMillis) {
    var write = Write.of(Bytes.utf8(value));
    return new ClientRequest.Put(KEY, write, null, ttlMillis, 0, 0, null, 1_000);
  }

  private static long holders(NodesInOneProcess nodes) {
    return nodes.machines.stream().filter(machine -> holds(nodes, machine)).count();
  }

  private static boolean holds(NodesInOneProcess nodes, Machine machine) {
    return machine.data.containsKey(nodes.storageKey(KEY));
  }

  private static Siblings state(NodesInOneProcess nodes, Machine machine) {
    var record = machine.data.get(nodes.storageKey(KEY));
    if (record == null) {
      return Siblings.NONE;
    }
    try {
      return SiblingsCodec.decode(KEY, record);
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> values(Outcome outcome) {
    var found = assertInstanceOf(Found.class, outcome);
    return found.values().stream().map(sibling -> sibling.value().toUtf8()).toList();
  }
}
