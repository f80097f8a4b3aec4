package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several machines are destroyed at once, and an operator says so. */
class LostMembersTest {
  static final long GONE_MILLIS = 15_000;
  static final long CHANGE_MILLIS = 15_000;
  static final int KEYS = 40;

  @Test
  void twoOfFiveAreRemovedOneAfterTheOther() {
    var nodes = filled(NodesInOneProcess.formed(5, 3));
    destroy(nodes, 3, 4);
    var one = nodes.machines.getFirst();
    var refused =
        assertInstanceOf(
            RingAnswer.Refused.class, order(nodes, one, new RingOrder.Remove("node-4")));
    assertTrue(refused.reason().contains("node-5"), refused.reason());
    assertTrue(refused.reason().contains("--lost"), refused.reason());

    assertEquals(new RingAnswer.Accepted(2), lose(nodes, one, "node-4", "node-5"));
    assertEquals(new RingAnswer.Accepted(2), lose(nodes, one, "node-5"), "known already");
    remove(nodes, "node-4");
    remove(nodes, "node-5");
    assertEquals(List.of("node-1", "node-2", "node-3"), members(nodes));
    assertAllIsThere(nodes, 3);
  }

  @Test
  void twoOfFiveAreReplacedOneAfterTheOther() {
    var nodes = filled(NodesInOneProcess.formed(5, 3));
    destroy(nodes, 3, 4);
    lose(nodes, nodes.machines.getFirst(), "node-4", "node-5");
    replace(nodes, "node-4", Zone.DEFAULT);
    replace(nodes, "node-5", Zone.DEFAULT);
    assertEquals(List.of("node-1", "node-2", "node-3", "node-4", "node-5"), members(nodes));
    assertAllIsThere(nodes, 3);
  }

  /** Three of six are no majority: those who are left decide together. */
  @Test
  void aWholeDataCentreIsReplaced() {
    var nodes = filled(sixInTwoDataCentres());
    destroy(nodes, 3, 4, 5);
    var one = nodes.machines.getFirst();
    assertEquals(new RingAnswer.Accepted(1_000), lose(nodes, one, "node-4", "node-5", "node-6"));
    for (String name : List.of("node-4", "node-5", "node-6")) {
      assertInstanceOf(Written.class, nodes.put(one, Key.of("default", "for " + name), name, null));
      replace(nodes, name, new Zone("dc2", "r1"));
    }
    assertEquals(6, members(nodes).size());
    assertAllIsThere(nodes, 4);
  }

  /** Nobody comes to fetch it, and who takes the place copies the other owners. */
  @Test
  void whatIsKeptForThemGoesToTheOtherOwners() {
    var nodes = keepingForOthers(5, 3);
    var one = nodes.machines.getFirst();
    destroy(nodes, 3, 4);
    for (int i = 0; i < KEYS; i++) {
      assertInstanceOf(Written.class, nodes.put(one, key(i), "value " + i, null));
    }
    var up = nodes.machines.stream().filter(Machine::isUp).toList();
    assertTrue(up.stream().anyMatch(machine -> !machine.debts.isEmpty()), "some is kept");
    lose(nodes, one, "node-4", "node-5");
    nodes.pass(5_000);
    assertTrue(up.stream().allMatch(machine -> machine.debts.isEmpty()), "and is not any more");
    replace(nodes, "node-4", Zone.DEFAULT);
    replace(nodes, "node-5", Zone.DEFAULT);
    assertAllIsThere(nodes, 3);
  }

  /** Of some partitions nobody is left: what is kept for these is kept until somebody owns them. */
  @Test
  void whatIsKeptForOwnersThatAreAllLostIsKept() {
    var nodes = keepingForOthers(4, 2);
    var one = nodes.machines.getFirst();
    destroy(nodes, 2, 3);
    for (int i = 0; i < KEYS; i++) {
      assertInstanceOf(Written.class, nodes.put(one, key(i), "value " + i, null));
    }
    lose(nodes, one, "node-3", "node-4");
    nodes.pass(5_000);
    replace(nodes, "node-3", Zone.DEFAULT);
    replace(nodes, "node-4", Zone.DEFAULT);
    nodes.pass(5_000);
    assertAllIsThere(nodes, 2);
  }

  @Test
  void whileSomebodyIsLostNothingElseChanges() {
    var nodes = NodesInOneProcess.formed(5, 3);
    destroy(nodes, 4);
    var one = nodes.machines.getFirst();
    lose(nodes, one, "node-5");
    for (var order : List.of(new RingOrder.Leave(), new RingOrder.Reweigh("node-2", 2))) {
      var refused = assertInstanceOf(RingAnswer.Refused.class, order(nodes, one, order));
      assertTrue(refused.reason().contains("removed or replaced first"), refused.reason());
    }
    remove(nodes, "node-5");
    assertInstanceOf(
        RingAnswer.Accepted.class, order(nodes, one, new RingOrder.Reweigh("node-2", 2)));
  }

  /** Not even a majority can say that somebody is lost whom a single one of the others sees. */
  @Test
  void nobodyIsLostWhomAnybodySees() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var one = nodes.machines.get(0);
    var five = nodes.machines.get(4).node().id();
    var refused = assertInstanceOf(RingAnswer.Refused.class, lose(nodes, one, "node-5"));
    assertTrue(refused.reason().contains("alive"), refused.reason());
    var witness = nodes.machines.get(1).node().id();
    nodes.cut(
        (from, to) -> isBetween(from, to, five) && !from.equals(witness) && !to.equals(witness));
    nodes.pass(GONE_MILLIS);
    var unknown = assertInstanceOf(RingAnswer.Unknown.class, lose(nodes, one, "node-5"));
    assertTrue(unknown.detail().contains("see alive"), unknown.detail());
    assertEquals(1, epoch(nodes, one));
  }

  @Test
  void whoIsSaidToBeLostNeverReturns() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var lost = nodes.machines.get(4);
    nodes.kill(lost);
    nodes.pass(GONE_MILLIS);
    lose(nodes, nodes.machines.getFirst(), "node-5");
    nodes.start(lost);
    nodes.pass(2_000);
    assertTrue(Objects.requireNonNull(lost.halted).contains("lost"), lost.halted);
    assertEquals(4, nodes.machines.stream().filter(m -> isAliveAt(nodes, m, 0)).count());
    nodes.kill(lost);
    remove(nodes, "node-5");
    assertThrows(IllegalStateException.class, () -> nodes.start(lost));
  }

  /** A change is open, and none that it is about: it goes on without those who are lost. */
  @Test
  void anOpenChangeGoesOnWithoutThem() {
    var nodes = filled(NodesInOneProcess.formed(5, 3));
    nodes.hold(envelope -> envelope.message() instanceof Message.TransferAsk);
    order(nodes, nodes.machines.getFirst(), new RingOrder.Reweigh("node-1", 2));
    destroy(nodes, 3, 4);
    nodes.deliverHeld();
    nodes.pass(CHANGE_MILLIS);
    assertNotNull(change(nodes), "it waits for them");
    lose(nodes, nodes.machines.getFirst(), "node-4", "node-5");
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes));
    remove(nodes, "node-4");
    remove(nodes, "node-5");
    assertAllIsThere(nodes, 3);
  }

  /** Whoever was joining is destroyed with others: without it nobody could undo its joining. */
  @Test
  void whoIsLostWhileItJoinsIsSaidToBeWithTheOthers() {
    var nodes = filled(NodesInOneProcess.formed(4, 2));
    var one = nodes.machines.getFirst();
    nodes.hold(envelope -> envelope.message() instanceof Message.TransferAsk);
    var newcomer = nodes.newcomer("node-5");
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(5_000);
    assertNotNull(change(nodes));
    destroy(nodes, 3, 4);
    assertInstanceOf(RingAnswer.Refused.class, lose(nodes, one, "node-5"), "no more is needed");
    var answer = lose(nodes, one, "node-4", "node-5");
    assertInstanceOf(RingAnswer.Accepted.class, answer, answer.toString());
    nodes.hold(_ -> false);
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes));
    remove(nodes, "node-4");
    assertEquals(List.of("node-1", "node-2", "node-3"), members(nodes));
    assertAllIsThere(nodes, 2);
  }

  /** All others are lost while one leaves: it stays, or nobody would be left. */
  @Test
  void whoIsTheOnlyOneLeftDoesNotLeave() {
    var nodes = filled(NodesInOneProcess.formed(3, 2));
    var one = nodes.machines.getFirst();
    nodes.hold(envelope -> envelope.message() instanceof Message.TransferAsk);
    order(nodes, one, new RingOrder.Leave());
    destroy(nodes, 1, 2);
    assertEquals(new RingAnswer.Accepted(1_000), lose(nodes, one, "node-2", "node-3"));
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes));
    assertEquals(Standing.MEMBER, changes(nodes, one).standing());
    nodes.hold(_ -> false);
    replace(nodes, "node-2", Zone.DEFAULT);
    replace(nodes, "node-3", Zone.DEFAULT);
    assertEquals(3, members(nodes).size());
  }

  /** The end of the change may have been decided, but nobody who is left has heard of it. */
  @Test
  void whoIsTheOnlyOneLeftStaysThoughAllHadAgreedToItsGoing() {
    var nodes = filled(NodesInOneProcess.formed(3, 2));
    var one = nodes.machines.getFirst();
    nodes.hold(
        envelope -> envelope.message() instanceof Message.Accepted(var epoch, _) && epoch == 4);
    order(nodes, one, new RingOrder.Leave());
    nodes.pass(CHANGE_MILLIS);
    assertEquals(3, epoch(nodes, one));
    nodes.hold(_ -> false);
    destroy(nodes, 1, 2);
    assertEquals(new RingAnswer.Accepted(1_000), lose(nodes, one, "node-2", "node-3"));
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes));
    assertEquals(Standing.MEMBER, changes(nodes, one).standing());
  }

  /** It has what those had who were to get it, and are lost. */
  @Test
  void whoHasTheOnlyCopyDoesNotLeave() {
    var nodes = filled(NodesInOneProcess.formed(3, 1));
    var one = nodes.machines.getFirst();
    var kept = keysOf(nodes, one);
    nodes.hold(envelope -> envelope.message() instanceof Message.TransferAsk);
    order(nodes, one, new RingOrder.Leave());
    destroy(nodes, 2);
    nodes.hold(_ -> false);
    lose(nodes, one, "node-3");
    nodes.pass(CHANGE_MILLIS);
    assertEquals(Standing.MEMBER, changes(nodes, one).standing());
    remove(nodes, "node-3");
    for (Key key : kept) {
      assertInstanceOf(Found.class, nodes.get(one, key, 1), key.toString());
    }
  }

  private static List<Key> keysOf(NodesInOneProcess nodes, Machine machine) {
    return IntStream.range(0, KEYS)
        .mapToObj(LostMembersTest::key)
        .filter(key -> machine.data.containsKey(nodes.storageKey(key)))
        .toList();
  }

  /** A majority was only cut off, and has gone on; the word of the operator counts. */
  @Test
  void whoWentOnWithoutThoseWhoWereLeftStops() {
    var nodes = NodesInOneProcess.formed(5, 2);
    var left = Set.of(nodes.machines.get(0).node().id(), nodes.machines.get(1).node().id());
    var one = nodes.machines.get(0);
    var five = nodes.machines.get(4);
    nodes.cut((from, to) -> left.contains(from) != left.contains(to));
    assertEquals(
        new RingAnswer.Accepted(2), order(nodes, five, new RingOrder.Reweigh("node-3", 2)));
    nodes.pass(GONE_MILLIS);
    assertEquals(new RingAnswer.Accepted(1_000), lose(nodes, one, "node-3", "node-4", "node-5"));
    nodes.cut((_, _) -> false);
    nodes.pass(3_000);
    for (Machine machine : nodes.machines) {
      boolean stays = left.contains(machine.node().id());
      assertEquals(stays, machine.halted == null, machine.name + ": " + machine.halted);
    }
    assertEquals(1_000, epoch(nodes, one));
    assertEquals(1_000, epoch(nodes, nodes.machines.get(1)));
  }

  /** Operators on both sides of a cut are wrong about the other side: there are two clusters. */
  @Test
  void ofTwoHalvesThatSayTheOtherIsLostNeitherListensToTheOther() {
    var nodes = filled(sixInTwoDataCentres());
    var half = new TreeSet<NodeId>();
    nodes.machines.subList(0, 3).forEach(machine -> half.add(machine.node().id()));
    nodes.cut((from, to) -> half.contains(from) != half.contains(to));
    nodes.pass(GONE_MILLIS);
    lose(nodes, nodes.machines.get(0), "node-4", "node-5", "node-6");
    lose(nodes, nodes.machines.get(5), "node-1", "node-2", "node-3");
    nodes.cut((_, _) -> false);
    nodes.pass(GONE_MILLIS);
    for (int i = 0; i < 6; i++) {
      var machine = nodes.machines.get(i);
      assertNull(machine.halted, machine.name);
      assertEquals(i < 3, isAliveAt(nodes, machine, 0), machine.name);
      assertTrue(
          machine.reports.stream().anyMatch(report -> report.contains("yet it speaks")),
          machine.reports.toString());
    }
  }

  private static NodesInOneProcess sixInTwoDataCentres() {
    var zones = new ArrayList<Zone>();
    for (int i = 0; i < 6; i++) {
      zones.add(new Zone(i < 3 ? "dc1" : "dc2", "r1"));
    }
    var nodes = new NodesInOneProcess(zones, Replication.of(Map.of("dc1", 2, "dc2", 2)));
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    return nodes;
  }

  private static NodesInOneProcess filled(NodesInOneProcess nodes) {
    for (int i = 0; i < KEYS; i++) {
      var key = key(i);
      assertInstanceOf(Written.class, nodes.put(nodes.replica(key, 0), key, "value " + i, null));
    }
    nodes.pass(1_000);
    return nodes;
  }

  static NodesInOneProcess keepingForOthers(int members, int copies) {
    var nodes = new NodesInOneProcess(members, copies);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    return nodes;
  }

  static Key key(int number) {
    return Key.of("default", "key " + number);
  }

  static void destroy(NodesInOneProcess nodes, int... numbers) {
    for (int number : numbers) {
      nodes.kill(nodes.machines.get(number));
      nodes.machines.get(number).data.clear();
    }
    nodes.pass(GONE_MILLIS);
  }

  static RingAnswer lose(NodesInOneProcess nodes, Machine at, String... names) {
    return order(nodes, at, new RingOrder.Lose(Arrays.asList(names)));
  }

  private static RingAnswer order(NodesInOneProcess nodes, Machine at, RingOrder order) {
    var answers = new ArrayList<RingAnswer>();
    at.node().changeRing(nodes.now(), order, answers::add);
    for (int i = 0; i < 120 && answers.isEmpty(); i++) {
      nodes.pass(100);
    }
    return answers.getFirst();
  }

  private static void remove(NodesInOneProcess nodes, String name) {
    var answer = order(nodes, nodes.machines.getFirst(), new RingOrder.Remove(name));
    assertInstanceOf(RingAnswer.Accepted.class, answer, answer.toString());
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes), name + " is removed");
  }

  static void replace(NodesInOneProcess nodes, String name, Zone zone) {
    var newcomer = nodes.newMachine(name);
    newcomer.zone = zone;
    nodes.start(newcomer);
    var answers = new ArrayList<RingAnswer>();
    newcomer.node().join(nodes.now(), name, answers::add);
    nodes.pass(CHANGE_MILLIS);
    assertInstanceOf(RingAnswer.Accepted.class, answers.getFirst(), answers.toString());
    nodes.pass(CHANGE_MILLIS);
    assertNull(change(nodes), name + " is replaced");
  }

  private static void assertAllIsThere(NodesInOneProcess nodes, int copies) {
    nodes.pass(5_000);
    for (int i = 0; i < KEYS; i++) {
      var place = nodes.storageKey(key(i));
      long held =
          nodes.machines.stream().filter(m -> m.isUp() && m.data.containsKey(place)).count();
      assertEquals(copies, held, "copies of " + key(i));
      assertInstanceOf(Found.class, nodes.get(nodes.replica(key(i), 0), key(i), 2));
    }
  }

  private static RingView changes(NodesInOneProcess nodes, Machine machine) {
    return machine.node().view(nodes.now()).changes();
  }

  private static long epoch(NodesInOneProcess nodes, Machine machine) {
    return changes(nodes, machine).epoch();
  }

  static @Nullable ChangeView change(NodesInOneProcess nodes) {
    return changes(nodes, nodes.machines.getFirst()).change();
  }

  private static List<String> members(NodesInOneProcess nodes) {
    return nodes.machines.getFirst().node().view(nodes.now()).members().stream()
        .map(view -> view.member().name())
        .sorted()
        .toList();
  }

  /** Whether the machine of this number sees another one alive. */
  private static boolean isAliveAt(NodesInOneProcess nodes, Machine other, int number) {
    var id = other.node().id();
    return nodes.machines.get(number).node().view(nodes.now()).members().stream()
        .anyMatch(view -> view.member().id().equals(id) && view.state() == Liveness.ALIVE);
  }

  private static boolean isBetween(NodeId from, NodeId to, NodeId one) {
    return from.equals(one) != to.equals(one);
  }
}
