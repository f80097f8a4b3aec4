package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.LoserLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Disks that have no room, or hang: refused early, by those who cannot, and taken by the rest. */
class FullDiskTest {
  private static final Key KEY = Key.of("default", "cart:42");

  @Test
  void whenAllDisksAreFullValuesAreRefusedAndDeletionsAreNot() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.put(one, KEY, "v", null);
    nodes.machines.forEach(machine -> full(nodes, machine, true));

    var refused =
        assertInstanceOf(NotDone.class, nodes.put(one, Key.of("default", "k"), "v", null));
    assertEquals(Obstacle.OVERLOADED, refused.obstacle());
    assertTrue(refused.detail().contains("disk is full"), refused.detail());
    assertEquals(List.of("v"), values(nodes.get(one, KEY, 3)), "reading needs no room");

    assertInstanceOf(Written.class, nodes.ask(one, deletion(3)));
    assertEquals(List.of(), values(nodes.get(one, KEY, 3)));

    nodes.machines.forEach(machine -> full(nodes, machine, false));
    assertInstanceOf(Written.class, nodes.put(one, KEY, "again", nodes.context(one, KEY)));
  }

  @Test
  void aReplicaWithoutRoomLeavesPutsToTheOthersAndIsPaidLater() {
    var nodes = new NodesInOneProcess(5, 3);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var crowded = nodes.replica(KEY, 0);
    full(nodes, crowded, true);

    var put = new ClientRequest.Put(KEY, Write.of(Bytes.utf8("v")), null, 0, 3, 0, null, 1_000);
    var written = assertInstanceOf(Written.class, nodes.ask(crowded, put));
    assertEquals(2, written.receipt().primaries());
    assertEquals(1, written.receipt().fallbacks());
    assertNull(crowded.data.get(nodes.storageKey(KEY)));
    assertTrue(crowded.node().view(nodes.now()).diskFull());

    full(nodes, crowded, false);
    nodes.pass(10_000);
    assertNotNull(crowded.data.get(nodes.storageKey(KEY)), "whoever stood in has paid");
  }

  @Test
  void aFallbackWithoutRoomIsPassedOver() {
    var nodes = new NodesInOneProcess(5, 3);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var strangers = new ArrayList<>(nodes.machines);
    for (int i = 0; i < 3; i++) {
      strangers.remove(nodes.replica(KEY, i));
    }
    full(nodes, strangers.get(0), true);
    var coordinator = nodes.replica(KEY, 0);
    nodes.kill(nodes.replica(KEY, 1));
    var put = new ClientRequest.Put(KEY, Write.of(Bytes.utf8("v")), null, 0, 3, 0, null, 1_000);
    assertInstanceOf(Written.class, nodes.ask(coordinator, put));
    assertNull(strangers.get(0).data.get(nodes.storageKey(KEY)));
    assertNotNull(strangers.get(1).data.get(nodes.storageKey(KEY)));
  }

  @Test
  void whatIsHereAlreadyMayBeMergedIntoAFullDisk() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    nodes.put(one, KEY, "v", null);
    nodes.pass(1_000);
    full(nodes, nodes.machines.get(2), true);
    // The deletion comes with nothing that is new there, the value does.
    assertInstanceOf(Written.class, nodes.ask(one, deletion(3)));
    nodes.put(one, KEY, "new", nodes.context(one, KEY));
    nodes.pass(1_000);
    var at = nodes.storageKey(KEY);
    assertNotEquals(nodes.machines.get(0).data.get(at), nodes.machines.get(2).data.get(at));
  }

  /** DESIGN 8: early refusal. Whoever stands behind a store of seconds is told so at once. */
  @Test
  void aPutThatWouldWaitTooLongForTheDiskGoesElsewhereAtOnce() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var slow = nodes.machines.get(0);
    slow.syncsHang = true;
    nodes.submit(slow, put("first"));
    nodes.pass(1_200);
    long before = nodes.now().monotonicMillis();
    var written = assertInstanceOf(Written.class, nodes.ask(slow, put("second")));
    assertEquals(2, written.receipt().primaries());
    assertTrue(nodes.now().monotonicMillis() - before < 100, "without waiting for the disk");
    slow.syncsHang = false;
    slow.sync();
    nodes.pass(10);
    assertInstanceOf(Written.class, nodes.ask(slow, put("third")));
  }

  @Test
  void whereEveryDiskHangsAPutIsRefusedAtOnce() {
    var nodes = NodesInOneProcess.formed(3, 3);
    nodes.machines.forEach(machine -> machine.syncsHang = true);
    nodes.machines.forEach(machine -> nodes.submit(machine, put("by " + machine.name)));
    nodes.pass(1_200);
    long before = nodes.now().monotonicMillis();
    var refused =
        assertInstanceOf(NotDone.class, nodes.ask(nodes.machines.get(1), put("too many")));
    assertEquals(Obstacle.OVERLOADED, refused.obstacle());
    assertTrue(nodes.now().monotonicMillis() - before < 100, "and not at its deadline");
  }

  @Test
  void whatConflictsDiscardedCanBeListedByKeyAndInAll() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var key = Key.of("newest", "k");
    for (int i = 1; i <= NodesInOneProcess.LIMITS.siblings() + 2; i++) {
      nodes.put(one, key, "v" + i, null);
    }
    assertEquals(List.of("v1", "v2"), losers(nodes, one, key, 10).losers);
    assertTrue(losers(nodes, one, key, 10).complete);
    assertEquals(List.of("v2"), losers(nodes, one, null, 1).losers);
    assertFalse(losers(nodes, one, null, 1).complete, "an older one was left out");
    assertEquals(List.of(), losers(nodes, one, KEY, 10).losers);
    assertEquals(2, one.node().view(nodes.now()).losers());
  }

  @Test
  void whatCannotBeReadOfTheLogIsLeftOutAndTheListSaysThatItEndsTooEarly() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var key = Key.of("newest", "k");
    for (int i = 1; i <= NodesInOneProcess.LIMITS.siblings() + 3; i++) {
      nodes.put(one, key, "v" + i, null);
    }
    var places = List.copyOf(one.losers.keySet());
    var ofTwo = new ByteWriter().bytes(nodes.storageKey(key));
    ofTwo.bytes(Objects.requireNonNull(one.data.get(nodes.storageKey(key))));
    one.losers.put(places.get(0), Bytes.utf8("no entry"));
    one.losers.put(places.get(1), ofTwo.toBytes());
    assertEquals(List.of("v3"), losers(nodes, one, key, 10).losers);
    one.unscannable = places.get(0);
    assertEquals(List.of(), losers(nodes, one, key, 10).losers);
    assertFalse(losers(nodes, one, key, 10).complete);
  }

  private record Losers(List<String> losers, boolean complete) {}

  private static Losers losers(NodesInOneProcess nodes, Machine at, @Nullable Key key, int most) {
    var listings = new ArrayList<LoserLog.Listing>();
    at.node().losers(nodes.now(), key, most, listings::add);
    nodes.pass(1);
    assertEquals(1, listings.size());
    var listing = listings.getFirst();
    return new Losers(
        listing.losers().stream().map(loser -> loser.sibling().value().toUtf8()).toList(),
        listing.complete());
  }

  private static void full(NodesInOneProcess nodes, Machine machine, boolean full) {
    machine.node().diskSpace(nodes.now(), full);
  }

  private static ClientRequest put(String value) {
    return new ClientRequest.Put(KEY, Write.of(Bytes.utf8(value)), null, 0, 0, 0, null, 1_000);
  }

  private static ClientRequest deletion(int w) {
    return new ClientRequest.Put(KEY, Write.DELETION, null, 0, w, 0, null, 1_000);
  }

  private static List<String> values(Outcome outcome) {
    return assertInstanceOf(Found.class, outcome).values().stream()
        .map(sibling -> sibling.value().toUtf8())
        .toList();
  }
}
