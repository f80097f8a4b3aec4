package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.ring.Cluster;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Stories of members that know what was decided, and do not know yet what follows from it. */
final class WorkedOutRingTest {
  private static final Key KEY = Key.of("default", "cart:42");

  private final NodesInOneProcess nodes = NodesInOneProcess.formed(3, 3);
  private final Machine one = nodes.machines.getFirst();
  private final Machine other = nodes.machines.get(1);
  private final Machine newcomer = nodes.newcomer("node-4");

  @Test
  void requestsGoOnMeanwhileAndNoneIsRefused() {
    assertInstanceOf(Written.class, nodes.ask(one, put()));
    decideWhileOneWorksItOut();
    assertEquals(1, epoch(one));
    assertEquals(2, epoch(other));
    assertInstanceOf(Found.class, nodes.get(one, KEY, 3));
    assertInstanceOf(Written.class, nodes.ask(other, put()));
    long token = nodes.submit(one, put());
    nodes.pass(100);
    handOver();
    assertEquals(2, epoch(one));
    assertInstanceOf(Written.class, nodes.response(one, token).outcome());
  }

  @Test
  void whatWasDecidedIsWorkedOutOnceAndNotAskedForAgain() {
    int[] asks = {0};
    nodes.hold(
        envelope -> {
          asks[0] += envelope.message() instanceof Message.RingAsk ? 1 : 0;
          return goesOn(envelope);
        });
    one.ringsWait = true;
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(1_000);
    asks[0] = 0;
    nodes.pass(20_000);
    assertEquals(1, one.rings.size(), "whoever tells of it again, and however often");
    assertEquals(0, asks[0], "the others are ahead, and it knows by what");
  }

  @Test
  void whoIsToldTheNextRingMeanwhileGoesOnFromThere() throws MalformedException {
    decideWhileOneWorksItOut();
    var next = Cluster.decode(Objects.requireNonNull(other.metadata.get(StorageKey.CLUSTER)));
    var view = other.node().view(nodes.now());
    long era = view.eras().current();
    var told =
        new Envelope(
            other.node().id(),
            other.node().startId(),
            1_000_000,
            view.clusterId(),
            nodes.settings().fingerprint(),
            2,
            new RingNews(next, era, era - 1));
    one.node().receive(nodes.now(), told);
    nodes.pass(500);
    assertEquals(2, epoch(one));
    var stored = one.metadata.get(StorageKey.CLUSTER);
    handOver();
    assertEquals(2, epoch(one));
    assertEquals(stored, one.metadata.get(StorageKey.CLUSTER));
  }

  @Test
  void whoDiesBeforeHearsOfItAgain() {
    decideWhileOneWorksItOut();
    nodes.kill(one);
    one.rings.clear();
    one.ringsWait = false;
    nodes.start(one);
    nodes.pass(5_000);
    assertEquals(2, epoch(one));
  }

  private void decideWhileOneWorksItOut() {
    nodes.hold(WorkedOutRingTest::goesOn);
    one.ringsWait = true;
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
  }

  private void handOver() {
    one.ringsWait = false;
    nodes.pass(500);
  }

  private static boolean goesOn(Envelope envelope) {
    return envelope.epoch() > 1 && envelope.message() instanceof Message.TransferAsk;
  }

  private long epoch(Machine machine) {
    return machine.node().view(nodes.now()).changes().epoch();
  }

  private static ClientRequest put() {
    return new ClientRequest.Put(KEY, Write.of(Bytes.utf8("v")), null, 0, 3, 0, null, 1_000);
  }
}
