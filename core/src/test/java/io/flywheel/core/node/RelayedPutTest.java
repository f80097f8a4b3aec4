package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.PassedOnPut;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Three nodes in one data centre, three in another, and a copy of each key on all six: a put
 * travels to the other data centre once, and whoever gets it passes it on.
 */
final class RelayedPutTest {
  private static final Key KEY = Key.of("default", "k");

  private final NodesInOneProcess nodes = started();
  private final List<Machine> there = nodes.machines.subList(3, 6);
  private final Machine coordinator = nodes.machines.getFirst();
  private final List<Envelope> sent = new ArrayList<>();

  private static NodesInOneProcess started() {
    var zones = new ArrayList<Zone>();
    for (int i = 0; i < 6; i++) {
      zones.add(new Zone(i < 3 ? "dc1" : "dc2", "r" + i));
    }
    var nodes = new NodesInOneProcess(zones, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    return nodes;
  }

  @Test
  void aRecordTravelsOnceAndEverybodyAnswersForHimself() {
    nodes.hold(this::note);
    var written = assertInstanceOf(Written.class, answer(submit(Reach.EACH)));
    nodes.pass(10);
    assertEquals(2, written.receipt().datacenters());
    assertEquals(6, holders());
    assertEquals(1, count(RelayedPut.class));
    assertEquals(2, count(PassedOnPut.class));
    assertEquals(2, count(ReplicaPut.class), "to the others here");
    assertEquals(5, count(ReplicaPutReply.class));
    assertEquals(0, owed());
  }

  /** Its own confirmation says nothing of the others, who are sent the record in the end. */
  @Test
  void aRelayIsNotBelieved() {
    nodes.hold(envelope -> envelope.message() instanceof PassedOnPut);
    long token = submit(Reach.EACH);
    nodes.pass(100);
    assertFalse(coordinator.responses.containsKey(token), "one of three there is no quorum");
    assertEquals(4, holders());
    assertInstanceOf(Written.class, answer(token));
    assertEquals(6, holders());
  }

  @Test
  void theSilenceOfARelayIsNotThatOfThoseWhoWaitForIt() {
    var relay = relay();
    nodes.hold(envelope -> envelope.message() instanceof RelayedPut);
    assertInstanceOf(Written.class, answer(submit(Reach.LOCAL)));
    nodes.cut((from, _) -> !from.equals(coordinator.node().id()));
    nodes.pass(450);
    nodes.cut((_, _) -> false);
    for (Machine far : there) {
      var expected = far == relay ? Liveness.SUSPECT : Liveness.ALIVE;
      assertEquals(expected, state(far), far.name);
    }
    nodes.pass(2_000);
    assertEquals(6, holders());
    assertEquals(0, owed());
  }

  @Test
  void theOthersAreSentItAtOnceWhenTheirRelayIsGone() {
    var relay = relay();
    nodes.hold(envelope -> envelope.message() instanceof RelayedPut);
    long token = submit(Reach.EACH);
    assertEquals(3, holders());
    nodes.kill(relay);
    nodes.pass(1);
    assertInstanceOf(Written.class, answer(token));
    assertEquals(5, holders());
  }

  /** The relay has its copy, and neither it nor the coordinator can reach the others there. */
  @Test
  void whatNobodyConfirmedIsOwedByTheCoordinator() {
    var relay = relay().node().id();
    var others = there.stream().map(m -> m.node().id()).filter(id -> !id.equals(relay)).toList();
    nodes.cut((_, to) -> others.contains(to));
    assertInstanceOf(Written.class, answer(submit(Reach.LOCAL)));
    nodes.pass(1_500);
    assertEquals(4, holders());
    assertEquals(2, owed());
    nodes.cut((_, _) -> false);
    nodes.pass(10_000);
    assertEquals(6, holders());
    assertEquals(0, owed());
  }

  /** What is passed on is judged by the epoch of its coordinator, and not by that of the relay. */
  @Test
  void aCoordinatorFarBehindIsRefusedThroughARelayToo() {
    nodes.hold(this::note);
    pass(9, new Key("default", KEY.bytes()));
    assertEquals(PutStatus.STALE_RING, lastReply());
    pass(1, KEY);
    assertEquals(PutStatus.DAMAGED, lastReply());
  }

  private void pass(long epoch, Key key) {
    var beat = nodes.heartbeatOf(there.get(1));
    var put = new ReplicaPut(7, key, 1, null, Bytes.utf8("no record"));
    var message = new PassedOnPut(coordinator.node().id(), epoch, put);
    var envelope =
        new Envelope(
            beat.from(),
            beat.startId(),
            beat.sequence() + epoch,
            beat.clusterId(),
            beat.settings(),
            beat.epoch(),
            message);
    there.get(0).node().receive(nodes.now(), envelope);
    nodes.pass(1);
  }

  private PutStatus lastReply() {
    return sent.stream()
        .map(Envelope::message)
        .filter(ReplicaPutReply.class::isInstance)
        .map(reply -> ((ReplicaPutReply) reply).status())
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  /** Who passes on what is put, when all is well. */
  private Machine relay() {
    nodes.hold(this::note);
    assertInstanceOf(Written.class, answer(submit(Reach.EACH)));
    nodes.pass(10);
    var relay =
        sent.stream()
            .filter(envelope -> envelope.message() instanceof PassedOnPut)
            .findFirst()
            .orElseThrow()
            .from();
    return there.stream().filter(m -> m.node().id().equals(relay)).findFirst().orElseThrow();
  }

  private boolean note(Envelope envelope) {
    sent.add(envelope);
    return false;
  }

  private long count(Class<? extends Message> kind) {
    return sent.stream().filter(envelope -> kind.isInstance(envelope.message())).count();
  }

  /** How many have just what the coordinator has. */
  private long holders() {
    var record = coordinator.data.get(nodes.storageKey(KEY));
    return nodes.machines.stream()
        .filter(machine -> Objects.equals(record, machine.data.get(nodes.storageKey(KEY))))
        .count();
  }

  private long owed() {
    return coordinator.node().view(nodes.now()).counters().hintsWaiting();
  }

  private Liveness state(Machine machine) {
    NodeId id = machine.node().id();
    return coordinator.node().view(nodes.now()).members().stream()
        .filter(view -> view.member().id().equals(id))
        .findFirst()
        .orElseThrow()
        .state();
  }

  private long submit(Reach reach) {
    var write = Write.of(Bytes.utf8("v"));
    return nodes.submit(
        coordinator, new ClientRequest.Put(KEY, write, null, 0, 1, 0, reach, null, 1_000));
  }

  private Object answer(long token) {
    var response = nodes.response(coordinator, token);
    assertTrue(coordinator.responses.containsKey(token));
    return response.outcome();
  }
}
