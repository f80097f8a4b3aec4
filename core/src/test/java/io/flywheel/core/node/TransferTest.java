package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Partitions come to who gains them by a change of the ring. */
final class TransferTest {
  @Test
  void aNewMemberGetsEverythingThatItGainsAndNothingElse() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
    var figures = ring.figures(newcomer);
    assertEquals(figures.partitionsWanted(), figures.partitionsDone());
    assertEquals(0, figures.bytesRemaining());
    assertTrue(figures.partners().size() > 1, "several sources");
  }

  /** What a member gains is not asked for before all are known to send it what is written. */
  @Test
  void nothingIsFetchedBeforeAllHaveConfirmedTheChange() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    var behind = ring.nodes.machines.get(2);
    ring.add(newcomer);
    ring.nodes.kill(behind);
    // Nobody has heard the claim of its present start.
    restartAllBut(ring, behind);
    ring.nodes.pass(10_000);
    assertEquals(0, newcomer.data.size());
    ring.nodes.start(behind);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** Partitions with little in them cost as much as others, and are most of what clients feel. */
  @Test
  void smallPartitionsTakeLongerWhereClientsAreServed() {
    long alone = millisUntilAllHaveCome(false);
    long besideClients = millisUntilAllHaveCome(true);
    assertTrue(besideClients > 3 * alone, alone + " ms alone, " + besideClients + " beside");
  }

  private static long millisUntilAllHaveCome(boolean clients) {
    var ring = new FilledRing(4);
    ring.nodes.rhythm = Rhythm.DEFAULT.transferring(32 << 10);
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    long before = ring.nodes.now().monotonicMillis();
    for (int i = 0; ring.figures(newcomer).partitionsDone() < 9; i++) {
      var key = FilledRing.KEYS.get(i % FilledRing.KEYS.size());
      if (clients) {
        assertInstanceOf(Written.class, ring.nodes.put(ring.nodes.replica(key, 0), key, "v", null));
      }
      ring.nodes.pass(100);
    }
    assertEquals(9, ring.figures(newcomer).partitionsWanted());
    return ring.nodes.now().monotonicMillis() - before;
  }

  @Test
  void tombstonesAndSiblingsArriveWhole() {
    var ring = new FilledRing(4);
    var nodes = ring.nodes;
    for (int i = 0; i < 60; i++) {
      var key = FilledRing.KEYS.get(i);
      if (i % 2 == 0) {
        nodes.delete(nodes.replica(key, 0), key);
      } else {
        nodes.put(nodes.replica(key, 0), key, "sibling", null);
      }
    }
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** Once it is read its word counts, and who had what was written may have left. */
  @Test
  void aNewMembersCopyThatDecayedIsPutRightBeforeItIsRead() throws MalformedException {
    var ring = new FilledRing(4);
    var nodes = ring.nodes;
    var newcomer = ring.newcomer();
    ring.add(newcomer);
    nodes.pass(20_000);
    var key =
        FilledRing.KEYS.stream().filter(it -> ring.has(newcomer, it)).findFirst().orElseThrow();
    var place = nodes.storageKey(key);
    var state = SiblingsCodec.decode(key, Objects.requireNonNull(newcomer.data.get(place)));
    var decayed = Sibling.value(state.living().getFirst().dot(), Bytes.utf8("~"), "", 0);
    newcomer.data.put(place, SiblingsCodec.encode(key, state.corrected(List.of(decayed))));
    nodes.put(nodes.replica(key, 0), key, "sibling", null);
    nodes.pass(5_000);
    assertTrue(ring.hasTheSame(newcomer, nodes.replica(key, 0), key));
    var corrected = SiblingsCodec.decode(key, Objects.requireNonNull(newcomer.data.get(place)));
    assertEquals(2, corrected.living().size());
    assertTrue(corrected.living().containsAll(state.living()));
  }

  /** Somebody has said that it never comes back. */
  @Test
  void aSourceThatDiesInTheMiddleForGoodIsMadeUpForByTheOthers() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    var source = ring.nodes.machines.get(1);
    var pages = new TreeMap<NodeId, Integer>();
    ring.hold(envelope -> isPage(envelope) && pages.merge(envelope.from(), 1, Integer::sum) > 1);
    ring.replace(source, newcomer, null);
    ring.nodes.pass(5_000);
    assertEquals(ChangingRing.id(source), pages.firstKey());
    ring.nodes.kill(source);
    ring.hold(_ -> false);
    ring.nodes.pass(40_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** What was written with W = 1 may be on its disk alone. */
  @Test
  void aSourceThatIsAwayForAWhileIsWaitedFor() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    var pages = new TreeMap<NodeId, Integer>();
    ring.hold(envelope -> isPage(envelope) && pages.merge(envelope.from(), 1, Integer::sum) > 1);
    ring.add(newcomer);
    ring.nodes.pass(5_000);
    var source = ring.machine(pages.firstKey());
    ring.nodes.kill(source);
    ring.hold(_ -> false);
    ring.nodes.pass(40_000);
    assertFalse(newcomer.isCaughtUp());
    ring.nodes.start(source);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void whatOnlyOneThatLeavesHasComesToTheOthers() {
    var ring = new FilledRing(4);
    var nodes = ring.nodes;
    var leaver = nodes.machines.get(1);
    var others = nodes.machines.stream().filter(machine -> machine != leaver).toList();
    var scarce = ring.keysOf(leaver);
    for (Key key : scarce) {
      others.forEach(machine -> machine.data.remove(nodes.storageKey(key)));
    }
    ring.hold(envelope -> isPage(envelope) || envelope.message() instanceof Message.AboutTrees);
    ring.leave(leaver);
    nodes.pass(2_000);
    nodes.kill(leaver);
    ring.hold(_ -> false);
    nodes.pass(40_000);
    others.forEach(machine -> assertFalse(machine.isCaughtUp(), machine.name));
    nodes.start(leaver);
    nodes.pass(20_000);
    others.forEach(TransferTest::assertCaughtUp);
    for (Key key : scarce) {
      for (NodeId owner : ring.cluster().ownership().ownersAfter(ring.partition(key))) {
        boolean gains = ring.cluster().ownership().gains(owner, ring.partition(key));
        assertTrue(!gains || ring.hasTheSame(ring.machine(owner), leaver, key), key.toString());
      }
    }
  }

  @Test
  void aNodeThatIsStartedAgainGoesOnWhereItStopped() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    var asked = new TreeSet<Integer>();
    // The rest stays away for now.
    ring.hold(
        envelope -> {
          boolean holds = isAsk(envelope) && asked.size() == 3;
          if (isAsk(envelope) && !holds) {
            asked.add(partition(envelope));
          }
          return holds && !asked.contains(partition(envelope));
        });
    ring.add(newcomer);
    ring.nodes.pass(10_000);
    int done = ring.figures(newcomer).partitionsDone();
    assertTrue(done > 0 && done < ring.figures(newcomer).partitionsWanted(), "done: " + done);
    ring.nodes.kill(newcomer);
    var again = new TreeSet<Integer>();
    ring.hold(
        envelope -> {
          if (isAsk(envelope)) {
            again.add(partition(envelope));
          }
          return false;
        });
    ring.nodes.start(newcomer);
    assertEquals(done, ring.figures(newcomer).partitionsDone());
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertEquals(ring.figures(newcomer).partitionsWanted() - done, again.size());
    assertGainedAsBefore(ring, newcomer);
  }

  @Test
  void whatIsWrittenMeanwhileIsWithTheNewOwner() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isPage);
    ring.add(newcomer);
    ring.nodes.pass(5_000);
    for (int i = 0; i < FilledRing.KEYS.size(); i += 3) {
      var key = FilledRing.KEYS.get(i);
      var put = ring.nodes.put(ring.nodes.replica(key, 0), key, "meanwhile " + i, null);
      assertInstanceOf(Written.class, put);
    }
    ring.hold(_ -> false);
    ring.nodes.pass(20_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** The dead one may have been one of just two that had a write; the other one is asked. */
  @Test
  void inThePlaceOfADeadSourceAllOthersAreMerged() {
    var ring = new FilledRing(4);
    var dead = ring.nodes.machines.get(1);
    var other = ring.nodes.machines.get(2);
    // These writes are on the one that dies and on one of the others only.
    var scarce = ring.keysOf(dead, other);
    var third = new ArrayList<>(ring.nodes.machines);
    third.remove(dead);
    third.remove(other);
    for (Key key : scarce) {
      var place = ring.nodes.storageKey(key);
      third.forEach(machine -> machine.data.remove(place));
    }
    assertFalse(scarce.isEmpty());
    var newcomer = ring.newcomer();
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(40_000);
    assertCaughtUp(newcomer);
    for (Key key : scarce) {
      assertTrue(ring.hasTheSame(newcomer, dead, key), key.toString());
    }
  }

  @Test
  void withTooFewOfTheOthersAliveItWaits() {
    var ring = new FilledRing(5);
    var dead = ring.nodes.machines.get(1);
    var away = ring.nodes.machines.get(2);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isPage);
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(2_000);
    ring.nodes.kill(away);
    ring.hold(_ -> false);
    ring.nodes.pass(30_000);
    assertFalse(newcomer.isCaughtUp());
    ring.nodes.start(away);
    ring.nodes.pass(30_000);
    assertCaughtUp(newcomer);
  }

  /** Records that are damaged at the source are not taken for absent. */
  @Test
  void whatTheSourceCannotReadIsFetchedWhenItsOwnIsPutRight() {
    var ring = new FilledRing(4);
    var newcomer = ring.newcomer();
    ring.nodes.machines.stream()
        .filter(machine -> machine != newcomer)
        .limit(1)
        .forEach(machine -> machine.data.keySet().stream().toList().forEach(machine::rot));
    ring.add(newcomer);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    assertGainedAsBefore(ring, newcomer);
  }

  /** Of two copies one went with its owner, the other one has rotted: there is no third. */
  @Test
  void whatNobodyIsLeftToReadDoesNotKeepTheChangeOpen() {
    var ring = new FilledRing(4, 2);
    var dead = ring.nodes.machines.get(1);
    var other = ring.nodes.machines.get(2);
    var newcomer = ring.newcomer();
    var gained = ring.keysOf(dead);
    var lost = ring.keysOf(dead, other);
    lost.forEach(key -> other.rot(ring.nodes.storageKey(key)));
    ring.replace(dead, newcomer, dead);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    assertTrue(newcomer.reports.stream().anyMatch(text -> text.contains("nobody else is left")));
    for (Key key : gained) {
      if (!lost.contains(key)) {
        assertTrue(ring.hasTheSame(newcomer, dead, key), key.toString());
      }
    }
  }

  /** As long as the owner of the other copy may come back, its copy is waited for. */
  @Test
  void whatTheSourceCannotReadIsWaitedForWhileAnotherOwnerIsAway() {
    var ring = new FilledRing(4, 2);
    var away = ring.nodes.machines.get(1);
    var newcomer = ring.newcomer();
    ring.hold(TransferTest::isAsk);
    ring.add(newcomer);
    ring.nodes.pass(2_000);
    ring.nodes.kill(away);
    ring.nodes.machines.stream()
        .filter(machine -> machine != newcomer && machine != away)
        .forEach(machine -> machine.data.keySet().stream().toList().forEach(machine::rot));
    ring.hold(_ -> false);
    ring.nodes.pass(60_000);
    assertFalse(newcomer.isCaughtUp());
    ring.nodes.start(away);
    ring.nodes.pass(60_000);
    assertCaughtUp(newcomer);
    for (Key key : FilledRing.KEYS) {
      if (ring.has(away, key) && ring.has(newcomer, key)) {
        assertTrue(ring.hasTheSame(newcomer, away, key), key.toString());
      }
    }
  }

  private static void restartAllBut(FilledRing ring, Machine down) {
    ring.nodes.machines.stream().filter(Machine::isUp).forEach(ring.nodes::kill);
    ring.nodes.machines.stream().filter(each -> each != down).forEach(ring.nodes::start);
  }

  private static void assertCaughtUp(Machine machine) {
    assertTrue(machine.isCaughtUp(), machine.name + " has all that it gains");
  }

  /** The new owner has, of what it gains, just what the owners before have. */
  private static void assertGainedAsBefore(FilledRing ring, Machine gaining) {
    var id = ChangingRing.id(gaining);
    var gained = new TreeSet<Partition>(ring.cluster().ownership().gainedBy(id));
    int arrived = 0;
    for (Key key : FilledRing.KEYS) {
      var partition = ring.partition(key);
      if (gained.contains(partition)) {
        var before = ring.cluster().ownership().ownersBefore(partition).getFirst();
        assertTrue(ring.hasTheSame(gaining, ring.machine(before), key), key.toString());
        arrived++;
      } else {
        assertFalse(ring.has(gaining, key), "not its own: " + key);
      }
    }
    assertTrue(arrived > 0);
    assertEquals(arrived, gaining.data.size());
  }

  private static boolean isPage(Envelope envelope) {
    return envelope.message() instanceof TransferPage;
  }

  private static boolean isAsk(Envelope envelope) {
    return envelope.message() instanceof TransferAsk;
  }

  private static int partition(Envelope envelope) {
    return envelope.message() instanceof TransferAsk ask ? ask.partition() : -1;
  }
}
