package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Puts and gets while a fourth node joins three: in most partitions one of the three, here called
 * the loser, gives its copy to the newcomer. Nothing is copied in these stories, and a step of the
 * change follows only where a story takes it.
 */
final class RequestsDuringChangeTest {
  private static final long GONE_MILLIS = 15_000;
  private static final Predicate<Envelope> STEPS =
      envelope ->
          envelope.epoch() > 1
              && (envelope.message() instanceof Message.TransferAsk
                  || envelope.message() instanceof Message.Prepare
                  || envelope.message() instanceof Message.Accept);

  private final NodesInOneProcess nodes = NodesInOneProcess.formed(3, 3);
  private final Machine newcomer = nodes.newcomer("node-4");

  @Test
  void aWriteNeedsItsQuorumOfTheOwnersBeforeAndOfThoseAfter() {
    join();
    var key = movingKey();
    var loser = loser(key);
    var stays = nodes.replica(key, 0) == loser ? nodes.replica(key, 1) : nodes.replica(key, 0);

    cutOff(newcomer);
    assertInstanceOf(Unknown.class, put(stays, key, 3), "3 of the owners before, 2 of those after");
    assertInstanceOf(Written.class, put(stays, key, 2), "2 of each");
    cutOff(loser);
    assertInstanceOf(Unknown.class, put(stays, key, 3), "2 of the owners before, 3 of those after");

    heal();
    var context = nodes.context(stays, key);
    var last = new ClientRequest.Put(key, value(), context, 0, 3, 0, null, 1_000);
    var written = assertInstanceOf(Written.class, nodes.ask(stays, last));
    assertEquals(3, written.receipt().n(), "a key has as many copies as ever");
    assertEquals(3, written.receipt().primaries());
    assertEquals(0, written.receipt().fallbacks());
    for (Machine machine : nodes.machines) {
      assertTrue(machine.data.containsKey(nodes.storageKey(key)), machine.name);
    }
  }

  @Test
  void aWriteIsCertainlyNotDoneWhereOneListHasTooFewThatLive() {
    join();
    var key = movingKey();
    nodes.kill(newcomer);
    nodes.pass(GONE_MILLIS);
    var refused = assertInstanceOf(NotDone.class, put(nodes.replica(key, 0), key, 3));
    assertEquals(Obstacle.TOO_FEW_REPLICAS, refused.obstacle());
    assertTrue(refused.detail().contains("by one of two rings"), refused.detail());
    assertInstanceOf(Written.class, put(nodes.replica(key, 0), key, 2));
    assertInstanceOf(Written.class, put(nodes.replica(key, 0), keyThatStays(), 3));
  }

  @Test
  void primariesAreAskedForOfBothListsAsWell() {
    join();
    var key = movingKey();
    cutOff(newcomer);
    var stays = nodes.replica(key, 0) == loser(key) ? nodes.replica(key, 1) : nodes.replica(key, 0);
    var strict = new ClientRequest.Put(key, value(), null, 0, 1, 3, null, 1_000);
    assertInstanceOf(Unknown.class, nodes.ask(stays, strict));
    var lenient = new ClientRequest.Put(key, value(), null, 0, 1, 2, null, 1_000);
    var written = assertInstanceOf(Written.class, nodes.ask(stays, lenient));
    assertEquals(2, written.receipt().primaries(), "of the list that has fewer");
  }

  @Test
  void whileCopiesAreOnTheirWayTheOwnersBeforeAreRead() {
    join();
    var key = movingKey();
    var loser = loser(key);
    assertInstanceOf(Written.class, put(loser, key, 3));
    cutOff(newcomer);
    for (Machine machine : nodes.machines.subList(0, 3)) {
      var found = assertInstanceOf(Found.class, nodes.get(machine, key, 3), machine.name);
      assertEquals(3, found.receipt().primaries());
    }
    cutOff(loser);
    assertFalse(nodes.get(newcomer, key, 3) instanceof Found, "the newcomer does not count");
    assertInstanceOf(Found.class, nodes.get(newcomer, key, 2));
  }

  @Test
  void whenAllCopiesHaveArrivedTheOwnersAfterAreRead() {
    join();
    var key = movingKey();
    var loser = loser(key);
    assertInstanceOf(Written.class, put(loser, key, 3));
    step(new LogEntry.Ready());
    cutOff(loser);
    for (Machine machine : nodes.machines) {
      if (machine != loser) {
        assertInstanceOf(Found.class, nodes.get(machine, key, 3), machine.name);
      }
    }
    heal();
    cutOff(newcomer);
    assertFalse(nodes.get(loser, key, 3) instanceof Found, "the loser does not count");
    assertInstanceOf(Unknown.class, put(loser, key, 3), "it is written like before");
  }

  @Test
  void anUndoneChangeReadsTheOwnersBeforeAgainAndWritesBoth() {
    join();
    var key = movingKey();
    var loser = loser(key);
    step(new LogEntry.Ready());
    step(new LogEntry.Undo());
    assertInstanceOf(Written.class, put(loser, key, 3));
    assertTrue(newcomer.data.containsKey(nodes.storageKey(key)));
    cutOff(newcomer);
    assertInstanceOf(Found.class, nodes.get(loser, key, 3));
    assertInstanceOf(Unknown.class, put(loser, key, 3));
  }

  @Test
  void theCopyOfANewOwnerIsItsOwn() {
    join();
    var key = movingKey();
    var loser = loser(key);
    assertInstanceOf(Written.class, put(loser, key, 3));
    assertInstanceOf(Written.class, put(newcomer, key, 3), "who is to be read forwards it");
    assertTrue(newcomer.debts.isEmpty(), "it is kept for nobody else");
    nodes.pass(20_000);
    nodes.kill(newcomer);
    nodes.start(newcomer);
    nodes.pass(20_000);
    assertTrue(newcomer.data.containsKey(nodes.storageKey(key)));
    assertEquals(0, newcomer.node().view(nodes.now()).antiEntropy().orphans());
    step(new LogEntry.Ready());
    cutOff(loser);
    assertInstanceOf(Found.class, nodes.get(newcomer, key, 3));
  }

  /** Two know of the change: what one that does not sends them is of no use. */
  @Test
  void whoDoesNotKnowOfAChangeIsRefusedAndItsPutReachesTheNewOwnersWhenItHears() {
    var behind = nodes.machines.getFirst();
    var others = nodes.machines.subList(1, 3);
    var id = behind.node().id();
    nodes.cut((_, to) -> to.equals(id));
    nodes.hold(STEPS);
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(2_000);
    nodes.hold(STEPS.or(RequestsDuringChangeTest::isNewsOfTheRing));
    heal();
    assertEquals(1, epoch(behind));
    others.forEach(machine -> assertEquals(2, epoch(machine)));
    var key = movingKey();
    var replies = repliesToPuts();
    long token = nodes.submit(behind, putOf(key, 2, 5_000));
    nodes.pass(100);
    assertTrue(replies.contains(PutStatus.STALE_RING), replies.toString());
    assertFalse(replies.contains(PutStatus.STORED), replies.toString());
    assertNull(behind.responses.get(token), "it may yet be written");
    assertFalse(newcomer.data.containsKey(nodes.storageKey(key)));

    nodes.deliverHeldBut(STEPS);
    nodes.pass(1_000);
    assertEquals(2, epoch(behind));
    assertInstanceOf(Written.class, nodes.response(behind, token).outcome());
    assertTrue(newcomer.data.containsKey(nodes.storageKey(key)));
  }

  @Test
  void aPutThatWaitsForADiskWhileTheRingChangesIsSentToItsOwnersAfterwards() {
    var one = nodes.machines.getFirst();
    nodes.loadsWait = true;
    var tokens = new ArrayList<Long>();
    for (int i = 0; i < 16; i++) {
      tokens.add(nodes.submit(one, putOf(key(i), 3, 30_000)));
    }
    join();
    nodes.loadsWait = false;
    nodes.pass(1_000);
    tokens.forEach(token -> assertInstanceOf(Written.class, nodes.response(one, token).outcome()));
    var ownership = cluster(one).ownership();
    for (int i = 0; i < 16; i++) {
      var partition = ownership.ring().partition(key(i));
      assertEquals(
          ownership.owns(newcomer.node().id(), partition),
          newcomer.data.containsKey(nodes.storageKey(key(i))));
    }
  }

  @Test
  void aPutThatIsNotAnsweredYetNeedsBothQuorumsFromNowOn() {
    var one = nodes.machines.getFirst();
    nodes.hold(STEPS.or(envelope -> envelope.message() instanceof ReplicaPutReply));
    var tokens = new ArrayList<Long>();
    for (int i = 0; i < 16; i++) {
      tokens.add(nodes.submit(one, putOf(key(i), 3, 20_000)));
    }
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
    assertEquals(2, epoch(one));
    var ownership = cluster(one).ownership();
    var four = newcomer.node().id();
    nodes.cut((from, to) -> from.equals(four) || to.equals(four));
    nodes.deliverHeldBut(STEPS);
    nodes.pass(500);
    for (int i = 0; i < 16; i++) {
      boolean moves = ownership.moves(ownership.ring().partition(key(i)));
      assertEquals(!moves, one.responses.containsKey(tokens.get(i)), "W is 3, and three have it");
    }
    heal();
    nodes.deliverHeldBut(STEPS);
    nodes.pass(1_000);
    tokens.forEach(token -> assertInstanceOf(Written.class, nodes.response(one, token).outcome()));
  }

  @Test
  void whoIsTwoStepsAwayIsNotAnswered() {
    join();
    var key = movingKey();
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    var replies = new ArrayList<GetStatus>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ReplicaGetReply reply && reply.request() == 77) {
            replies.add(reply.status());
          }
          return false;
        });
    long epoch = epoch(two);
    for (long said : List.of(epoch - 2, epoch - 1, epoch, epoch + 1, epoch + 2)) {
      two.node().receive(nodes.now(), letter(one, said, new ReplicaGet(77, key, false, 1_000)));
      nodes.pass(1);
    }
    assertEquals(
        List.of(
            GetStatus.STALE_RING,
            GetStatus.ABSENT,
            GetStatus.ABSENT,
            GetStatus.ABSENT,
            GetStatus.STALE_RING),
        replies);
  }

  @Test
  void whatBringsAnOldStateIsHeldToItsEpochLikeAPut() {
    join();
    var key = movingKey();
    var one = nodes.machines.get(0);
    var two = nodes.machines.get(1);
    assertInstanceOf(Written.class, put(one, key, 3));
    var record = Objects.requireNonNull(one.data.get(nodes.storageKey(key)));
    var replies = repliesToPuts();
    long era = one.node().view(nodes.now()).eras().current();
    two.node().receive(nodes.now(), letter(one, 1, new ReplicaPut(99, key, era, null, record)));
    nodes.pass(1);
    assertEquals(List.of(PutStatus.STALE_RING), replies);
    two.node()
        .receive(
            nodes.now(), letter(one, 1, new ReplicaPut(99, keyThatStays(), era, null, record)));
    nodes.pass(1);
    assertEquals(PutStatus.DAMAGED, replies.get(1), "it got past the ring: the key is another's");
  }

  private void join() {
    nodes.hold(STEPS);
    newcomer.node().join(nodes.now(), null, _ -> {});
    nodes.pass(3_000);
    nodes.machines.forEach(machine -> assertEquals(2, epoch(machine), machine.name));
  }

  /** All stop, and start again with what the next step makes of their cluster. */
  private void step(LogEntry entry) {
    var next = cluster(newcomer).after(entry);
    nodes.hold(STEPS);
    nodes.machines.forEach(nodes::kill);
    for (Machine machine : nodes.machines) {
      machine.metadata.put(StorageKey.CLUSTER, next.encode());
      nodes.start(machine);
    }
    nodes.pass(2_000);
    nodes.machines.forEach(machine -> assertEquals(next.epoch(), epoch(machine)));
  }

  private static boolean isNewsOfTheRing(Envelope envelope) {
    return envelope.message() instanceof Message.Decided
        || envelope.message() instanceof Message.RingNews;
  }

  private List<PutStatus> repliesToPuts() {
    var replies = new ArrayList<PutStatus>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof ReplicaPutReply reply) {
            replies.add(reply.status());
          }
          return STEPS.test(envelope) || isNewsOfTheRing(envelope);
        });
    return replies;
  }

  private Envelope letter(Machine from, long epoch, Message message) {
    var node = from.node();
    return new Envelope(
        node.id(),
        node.startId(),
        1_000_000 + ++letters,
        cluster(from).id(),
        nodes.settings().fingerprint(),
        epoch,
        message);
  }

  private long letters;

  private void cutOff(Machine machine) {
    var id = machine.node().id();
    nodes.cut((from, to) -> !from.equals(to) && (from.equals(id) || to.equals(id)));
  }

  private void heal() {
    nodes.cut((_, _) -> false);
    nodes.pass(2_000);
  }

  private Outcome put(Machine at, Key key, int w) {
    return nodes.ask(at, putOf(key, w, 1_000));
  }

  private static ClientRequest putOf(Key key, int w, long timeoutMillis) {
    return new ClientRequest.Put(key, value(), null, 0, w, 0, null, timeoutMillis);
  }

  private static Write value() {
    return Write.of(Bytes.utf8("v"));
  }

  private static Key key(int number) {
    return Key.of("default", "cart:" + number);
  }

  private Key movingKey() {
    return key(true);
  }

  private Key keyThatStays() {
    return key(false);
  }

  private Key key(boolean moves) {
    var ownership = cluster(newcomer).ownership();
    for (int i = 0; true; i++) {
      if (ownership.moves(ownership.ring().partition(key(i))) == moves) {
        return key(i);
      }
    }
  }

  private Machine loser(Key key) {
    var ownership = cluster(newcomer).ownership();
    var partition = ownership.ring().partition(key);
    var lost = new ArrayList<>(ownership.ownersBefore(partition));
    lost.removeAll(ownership.ownersAfter(partition));
    assertEquals(1, lost.size());
    return machine(lost.getFirst());
  }

  private Machine machine(NodeId id) {
    return nodes.machines.stream()
        .filter(machine -> machine.node().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private long epoch(Machine machine) {
    return machine.node().view(nodes.now()).changes().epoch();
  }

  private static Cluster cluster(Machine machine) {
    try {
      return Cluster.decode(stored(machine.metadata.get(StorageKey.CLUSTER)));
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Bytes stored(@Nullable Bytes record) {
    return Objects.requireNonNull(record);
  }

  @Test
  void theStoriesAreOfAChangeUnderWay() {
    join();
    var transition = Objects.requireNonNull(cluster(newcomer).transition());
    assertEquals(Phase.JOINING, transition.phase());
    assertTrue(cluster(newcomer).ownership().gainedBy(newcomer.node().id()).size() > 4);
  }
}
