package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.RecordSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the settings that shape records change while a cluster serves. */
class NamespacesTest {
  private static final Key CART = Key.of("carts", "42");
  private static final NamespaceSettings CARTS =
      new NamespaceSettings(
          "carts", Conflicts.SIBLINGS, Overflow.KEEP_NEWEST, BlindWrites.ALLOW, 0);
  private static final long TTL_MILLIS = 60_000;

  private static List<RingAnswer> order(NodesInOneProcess nodes, Machine at, RingOrder order) {
    var answers = new ArrayList<RingAnswer>();
    at.node().changeRing(nodes.now(), order, answers::add);
    nodes.pass(100);
    return answers;
  }

  private static List<RingAnswer> create(
      NodesInOneProcess nodes, Machine at, NamespaceSettings namespace) {
    return order(nodes, at, new RingOrder.DeclareNamespace(namespace, true));
  }

  private static List<RingAnswer> set(
      NodesInOneProcess nodes, Machine at, NamespaceSettings namespace) {
    return order(nodes, at, new RingOrder.DeclareNamespace(namespace, false));
  }

  private static RecordSettings records(NodesInOneProcess nodes, Machine machine) {
    return machine.node().view(nodes.now()).records();
  }

  private static NamespaceSettings living(long ttlMillis) {
    return new NamespaceSettings(
        "carts", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.REFUSE, ttlMillis);
  }

  private static String refusal(List<RingAnswer> answers) {
    return assertInstanceOf(RingAnswer.Refused.class, answers.getFirst()).reason();
  }

  @Test
  void aNamespaceIsThereForAllOnceItIsDecidedAndAfterARestart() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var unknown = assertInstanceOf(Refused.class, nodes.put(one, CART, "early", null));
    assertEquals(Refusal.UNKNOWN_NAMESPACE, unknown.refusal());

    assertEquals(List.of(new RingAnswer.Accepted(2)), create(nodes, one, CARTS));
    for (Machine machine : nodes.machines) {
      assertEquals(CARTS, records(nodes, machine).namespace("carts"));
    }
    assertInstanceOf(Written.class, nodes.put(nodes.machines.get(1), CART, "v", null));
    assertTrue(one.reports.contains("ring epoch 2: 3 members, namespace carts"));

    nodes.machines.forEach(nodes::kill);
    nodes.machines.forEach(nodes::start);
    assertEquals(List.of("v"), NodeTest.values(nodes.get(nodes.machines.get(2), CART, 3)));
    assertTrue(one.reports.stream().noneMatch(text -> text.contains("configured")));
  }

  @Test
  void whatIsWantedTwiceIsDoneOnceAndNothingElseInItsPlace() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    create(nodes, one, CARTS);
    assertEquals(List.of(new RingAnswer.Accepted(2)), create(nodes, one, CARTS));
    assertEquals(
        "there is a namespace carts already, with other settings",
        refusal(create(nodes, one, living(0))));
    assertEquals(
        "there is no namespace birds",
        refusal(set(nodes, one, NamespaceSettings.plain("birds", Conflicts.SIBLINGS))));
    assertTrue(
        refusal(create(nodes, one, NamespaceSettings.plain("a/b", Conflicts.SIBLINGS)))
            .startsWith("a namespace's name has"));
  }

  @Test
  void whatTheCoordinatorDecidesMayChangeAndWhatMergingMakesMayNot() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    create(nodes, one, CARTS);
    nodes.put(one, CART, "for ever", null);

    assertEquals(List.of(new RingAnswer.Accepted(3)), set(nodes, one, living(TTL_MILLIS)));
    var two = nodes.machines.get(1);
    var blind = assertInstanceOf(Refused.class, nodes.put(two, CART, "blind", null));
    assertEquals(Refusal.BLIND_WRITE, blind.refusal());
    var other = Key.of("carts", "43");
    nodes.put(two, other, "for a while", nodes.context(two, other));
    nodes.pass(TTL_MILLIS);
    assertEquals(List.of("for ever"), NodeTest.values(nodes.get(one, CART, 3)));
    assertEquals(List.of(), NodeTest.values(nodes.get(one, other, 3)));

    var merging = NamespaceSettings.plain("carts", Conflicts.LAST_WRITE_WINS);
    assertTrue(refusal(set(nodes, one, merging)).startsWith("what conflicts become in carts"));
  }

  @Test
  void limitsChangeForAll() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    assertInstanceOf(Written.class, nodes.put(one, Key.of("default", "k"), "four", null));
    var limits = new Limits(3, 2, 10);
    assertEquals(
        List.of(new RingAnswer.Accepted(2)), order(nodes, one, new RingOrder.SetLimits(limits)));
    var two = nodes.machines.get(1);
    var large = assertInstanceOf(Refused.class, nodes.put(two, Key.of("default", "k"), "5555", ""));
    assertEquals(Refusal.VALUE_TOO_LARGE, large.refusal());
    assertTrue(two.reports.contains("ring epoch 2: 3 members, " + limits));
    assertEquals(
        "an object is at least as large as a value, and has at most 67108864 bytes",
        refusal(order(nodes, one, new RingOrder.SetLimits(new Limits(3, 2, 2)))));
  }

  /** It does not know how to merge the record yet, and must not guess. */
  @Test
  void aReplicaThatHasNotHeardOfANamespaceTakesTheWriteWhenItHas() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    var late = nodes.machines.get(2).node().id();
    nodes.cut((_, to) -> to.equals(late));
    assertEquals(List.of(new RingAnswer.Accepted(2)), create(nodes, one, CARTS));
    var three = nodes.machines.get(2);
    assertNull(records(nodes, three).namespace("carts"));
    assertInstanceOf(Refused.class, nodes.get(three, CART, 1));

    nodes.cut((_, _) -> false);
    nodes.hold(NamespacesTest::tellsOfTheRing);
    long token =
        nodes.submit(
            one,
            new ClientRequest.Put(CART, Write.of(Bytes.utf8("v")), null, 0, 3, 0, null, 10_000));
    nodes.pass(50);
    assertFalse(one.responses.containsKey(token));
    assertFalse(three.data.containsKey(nodes.storageKey(CART)));
    nodes.deliverHeld();
    assertInstanceOf(Written.class, nodes.response(one, token).outcome());
    assertTrue(three.data.containsKey(nodes.storageKey(CART)));
  }

  private static boolean tellsOfTheRing(Envelope envelope) {
    return envelope.message() instanceof Message.AboutRing;
  }

  @Test
  void nothingElseIsDecidedWhileAMemberIsBehind() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    nodes.kill(nodes.machines.get(2));
    assertEquals(List.of(new RingAnswer.Accepted(2)), create(nodes, one, CARTS));
    var waiting = set(nodes, one, living(0));
    assertEquals(List.of(), waiting, "node-3 may come at any moment");
    nodes.pass(11_000);
    assertEquals(
        "not everybody has come to the present ring: node-3 must come first", refusal(waiting));
    nodes.start(nodes.machines.get(2));
    nodes.pass(3_000);
    assertEquals(List.of(new RingAnswer.Accepted(3)), set(nodes, one, living(0)));
  }

  @Test
  void ofTwoAtOnceOneIsDecidedAndTheOtherHearsOfIt() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var answers = new ArrayList<RingAnswer>();
    for (int i = 0; i < 2; i++) {
      var namespace = NamespaceSettings.plain("space-" + i, Conflicts.SIBLINGS);
      var order = new RingOrder.DeclareNamespace(namespace, true);
      nodes.machines.get(i).node().changeRing(nodes.now(), order, answers::add);
    }
    nodes.pass(10_000);
    assertEquals(2, answers.size());
    assertTrue(answers.contains(new RingAnswer.Accepted(2)));
    assertTrue(answers.contains(new RingAnswer.Refused("something else was decided first")));
  }

  @Test
  void settingsWaitForAChangeOfTheRingAndANewcomerTakesThemOver() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    create(nodes, one, CARTS);
    var four = nodes.newMachine("node-4");
    nodes.start(four, configured(List.of()));
    nodes.hold(envelope -> envelope.message() instanceof Message.AboutTransfers);
    var answers = new ArrayList<RingAnswer>();
    four.node().join(nodes.now(), null, answers::add);
    nodes.pass(3_000);
    assertEquals(List.of(new RingAnswer.Accepted(3)), answers);
    assertEquals("another change is under way", refusal(set(nodes, one, living(0))));

    nodes.deliverHeld();
    nodes.pass(8_000);
    assertEquals(records(nodes, one), records(nodes, four));
    assertInstanceOf(Written.class, nodes.put(four, CART, "v", null));
    assertEquals(List.of(new RingAnswer.Accepted(6)), set(nodes, four, living(0)));
  }

  @Test
  void aNewcomerThatBelievesInOtherConflictsStaysOutside() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var four = nodes.newMachine("node-4");
    var mistaken = NamespaceSettings.plain("strict", Conflicts.LAST_WRITE_WINS);
    nodes.start(four, configured(List.of(mistaken)));
    var answers = new ArrayList<RingAnswer>();
    four.node().join(nodes.now(), null, answers::add);
    nodes.pass(3_000);
    assertEquals(
        "it is configured with other conflicts of namespace strict than the cluster has",
        refusal(answers));
  }

  @Test
  void whatAFileSaysOtherwiseIsReportedUnlessItCanNeverBe() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.getFirst();
    create(nodes, one, CARTS);
    nodes.kill(one);
    var believed = living(TTL_MILLIS);
    nodes.start(
        one, configured(List.of(believed, NamespaceSettings.plain("b", Conflicts.SIBLINGS))));
    assertEquals(CARTS, records(nodes, one).namespace("carts"));
    assertNull(records(nodes, one).namespace("b"));
    for (String difference :
        List.of("namespace carts is configured", "namespace b is configured")) {
      assertTrue(one.reports.stream().anyMatch(text -> text.startsWith(difference)), difference);
    }
    assertTrue(one.reports.stream().anyMatch(text -> text.startsWith("other limits")));

    nodes.kill(one);
    var mistaken = NamespaceSettings.plain("carts", Conflicts.LAST_WRITE_WINS);
    var refused =
        assertThrows(
            IllegalStateException.class, () -> nodes.start(one, configured(List.of(mistaken))));
    assertInstanceOf(MalformedException.class, refused.getCause());
  }

  /** As long as nothing is formed, all have to say the same. */
  @Test
  void membersThatBelieveInOtherNamespacesFormNoCluster() {
    var nodes = new NodesInOneProcess(3, 3);
    nodes.start(nodes.machines.get(0));
    nodes.start(nodes.machines.get(1));
    nodes.start(nodes.machines.get(2), configured(List.of(CARTS)));
    nodes.pass(3_000);
    var view = nodes.machines.getFirst().node().view(nodes.now());
    assertFalse(view.serving());
    assertEquals("node-3 has another replication, other limits or namespaces", view.waitingFor());
    assertInstanceOf(Outcome.NotDone.class, nodes.put(nodes.machines.getFirst(), CART, "v", null));
  }

  private static ClusterSettings configured(List<NamespaceSettings> namespaces) {
    return new ClusterSettings("test", 16, Quorum.majority(3), Limits.DEFAULT, namespaces);
  }
}
