package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Message.TreeSums;
import io.flywheel.core.message.Message.TreeSumsReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.version.Forged;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What other nodes say is sound in its form and cannot be: nobody believes it, or falls over it.
 */
final class ForgedMessagesTest {
  /** By a node of a later version, perhaps. */
  @Test
  void aPageWithARecordThatIsNotUnderstoodIsAskedForAgain() {
    assertTakenOnlyWhenTrue(
        message ->
            message instanceof TransferPage page && !page.records().isEmpty()
                ? TransferPage.of(
                    page.request(),
                    page.era(),
                    page.keys(),
                    page.keys().stream().map(ForgedMessagesTest::unknownRecord).toList(),
                    page.whole(),
                    page.next())
                : message);
  }

  @Test
  void anAnswerThatDoesNotFitItsQuestionIsNoAnswer() {
    assertTakenOnlyWhenTrue(
        message ->
            message instanceof TreeSumsReply reply
                ? new TreeSumsReply(reply.request(), List.of())
                : message);
  }

  @Test
  void whoseTreeIsNeverThereIsAskedNowAndThen() {
    var asked = new ArrayList<Message>();
    assertTakenOnlyWhenTrue(
        message -> {
          if (message instanceof TreeSums) {
            asked.add(message);
          }
          return message instanceof TreeSumsReply reply
              ? new TreeSumsReply(
                  reply.request(),
                  Collections.nCopies(reply.answers().size(), TreeSumsReply.UNKNOWN))
              : message;
        });
    assertTrue(asked.size() > 100, "asked " + asked.size() + " times");
    assertTrue(asked.size() < 10_000, "asked " + asked.size() + " times");
  }

  @Test
  void whoIsNoReplicaOfAKeySaysSoAndNotThatItIsAbsent() {
    var nodes = NodesInOneProcess.formed(4, 3);
    var key = Key.of("default", "k");
    nodes.put(nodes.replica(key, 0), key, "v", null);
    var one = nodes.replica(key, 0);
    var replies = new ArrayList<ReplicaGetReply>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ReplicaGetReply reply && reply.request() == 77) {
            replies.add(reply);
          }
          return false;
        });
    var letter = nodes.heartbeatOf(one).with(new ReplicaGet(77, key, false, 1_000));
    nodes.stranger(key).node().receive(nodes.now(), letter);
    nodes.pass(1);
    assertEquals(
        List.of(GetStatus.NOT_A_REPLICA), replies.stream().map(ReplicaGetReply::status).toList());
  }

  /** It would forget what may not be forgotten, or keep what comes from before all eras. */
  @Test
  void aClusterInAnEraThatCannotBeIsNotJoined() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var four = nodes.newcomer("node-4");
    nodes.forge(
        with(
            message ->
                message instanceof RingNews news
                    ? new RingNews(news.cluster(), 0, news.closedEra())
                    : message));
    assertJoinsOnlyWithoutForger(nodes, four);
  }

  @Test
  void aClusterThatContradictsItselfIsNotJoined() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var four = nodes.newcomer("node-4");
    nodes.forge(
        with(
            message ->
                message instanceof RingNews news
                    ? new RingNews(nameless(news.cluster()), news.era(), news.closedEra())
                    : message));
    assertJoinsOnlyWithoutForger(nodes, four);
    assertTrue(four.reports.stream().anyMatch(text -> text.contains("contradicts itself")));
  }

  private static void assertJoinsOnlyWithoutForger(NodesInOneProcess nodes, Machine newcomer) {
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
    assertEquals(0, epoch(nodes, newcomer));
    nodes.forge(envelope -> envelope);
    nodes.pass(8_000);
    assertEquals(4, epoch(nodes, newcomer));
  }

  /** It is compared again and again, and the change that needs it is undone meanwhile. */
  @Test
  void whatIsNotOwnedAnyMoreIsNotCompared() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var one = nodes.machines.getFirst();
    nodes.forge(
        with(
            message ->
                message instanceof TreeSumsReply reply
                    ? new TreeSumsReply(
                        reply.request(),
                        Collections.nCopies(reply.answers().size(), TreeSumsReply.UNKNOWN))
                    : message));
    one.node().changeRing(nodes.now(), new RingOrder.Reweigh("node-1", 3), _ -> {});
    nodes.pass(3_000);
    assertEquals(2, epoch(nodes, one));
    one.node().changeRing(nodes.now(), new RingOrder.Undo(), _ -> {});
    nodes.pass(15_000);
    for (Machine machine : nodes.machines) {
      assertEquals(4, epoch(nodes, machine));
      var figures = machine.node().view(nodes.now()).antiEntropy();
      assertEquals(figures.treesOwned(), figures.treesBuilt());
    }
  }

  private static Cluster nameless(Cluster told) {
    return new Cluster(
        0,
        told.settings(),
        told.records(),
        told.epoch(),
        told.members(),
        told.removed(),
        told.lost(),
        told.ring(),
        told.transition());
  }

  /** The newcomer hears that for a minute, and then the truth. */
  private static void assertTakenOnlyWhenTrue(UnaryOperator<Message> liar) {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    ring.nodes.forge(with(liar));
    ring.add(newcomer);
    ring.nodes.pass(60_000);
    assertFalse(newcomer.isCaughtUp());
    ring.nodes.forge(envelope -> envelope);
    ring.nodes.pass(30_000);
    assertTrue(newcomer.isCaughtUp());
    var id = ChangingRing.id(newcomer);
    for (Key key : FilledRing.KEYS) {
      var partition = ring.partition(key);
      if (ring.cluster().ownership().gains(id, partition)) {
        var before = ring.cluster().ownership().ownersBefore(partition).getFirst();
        assertTrue(ring.hasTheSame(newcomer, ring.machine(before), key), key.toString());
      }
    }
  }

  private static Bytes unknownRecord(Key key) {
    return Forged.record(key, new byte[] {99, 1, 2, 3});
  }

  private static UnaryOperator<Envelope> with(UnaryOperator<Message> liar) {
    return envelope -> envelope.with(Objects.requireNonNull(liar.apply(envelope.message())));
  }

  private static long epoch(NodesInOneProcess nodes, Machine machine) {
    return machine.node().view(nodes.now()).changes().epoch();
  }
}
