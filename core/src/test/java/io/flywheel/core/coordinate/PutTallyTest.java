package io.flywheel.core.coordinate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.replica.PutOrder;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.core.version.Context;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Five nodes, three copies; a sixth node joins. */
final class PutTallyTest {
  private static final int PARTITIONS = 16;
  private static final NodeId NEWCOMER = new NodeId(6);

  private final Cluster formed = formed();
  private final Cluster joining =
      formed.after(new LogEntry.Begin(new RingChange.Add(inRing(NEWCOMER)), member(NEWCOMER)));
  private final Key key = movingKey();
  private final List<NodeId> before = ownersBefore();
  private final List<NodeId> after = ownersAfter();
  private final NodeId loser = before.stream().filter(it -> !after.contains(it)).findFirst().get();
  private final List<NodeId> stay = before.stream().filter(after::contains).toList();

  @Test
  void nobodyWhoOwnsAKeyByEitherRingStandsInForAnother() {
    for (var cluster : List.of(joining, joining.after(new LogEntry.Ready()))) {
      var peers = peers(cluster);
      var writers = peers.writers(key);
      assertEquals(4, writers.size());
      var standIns = new ArrayList<NodeId>();
      peers.fallbacks(key).forEachRemaining(standIns::add);
      assertEquals(2, standIns.size());
      standIns.forEach(node -> assertFalse(writers.contains(node)));
    }
  }

  @Test
  void aNodeCountsForTheListsThatItOwnsBy() {
    var tally = tally(joining, 3, 0);
    peers(joining).writers(key).forEach(node -> tally.ask(node, node));
    stay.forEach(node -> tally.record(node, PutStatus.STORED));
    assertFalse(tally.enough());
    tally.record(loser, PutStatus.STORED);
    assertFalse(tally.enough(), "three of those before, two of those after");
    assertEquals(2, tally.primaries(), "of the list that has fewer");
    tally.record(NEWCOMER, PutStatus.STORED);
    assertTrue(tally.enough());
    assertEquals(3, tally.primaries());
    assertEquals(0, tally.fallbacks());
    assertEquals(3, tally.n());
  }

  @Test
  void whoStandsInCountsForTheListsOfItsOwner() {
    var standIn = peers(joining).fallbacks(key).next();
    var forNewcomer = tally(joining, 3, 0);
    before.forEach(node -> forNewcomer.ask(node, node));
    forNewcomer.ask(standIn, NEWCOMER);
    before.forEach(node -> forNewcomer.record(node, PutStatus.STORED));
    assertFalse(forNewcomer.enough());
    forNewcomer.record(standIn, PutStatus.STORED);
    assertTrue(forNewcomer.enough());
    assertEquals(2, forNewcomer.primaries());
    assertEquals(1, forNewcomer.fallbacks());

    var forBoth = tally(joining, 2, 0);
    forBoth.ask(stay.getFirst(), stay.getFirst());
    forBoth.ask(standIn, stay.getLast());
    forBoth.record(stay.getFirst(), PutStatus.STORED);
    forBoth.record(standIn, PutStatus.STORED);
    assertTrue(forBoth.enough(), "its owner is in both lists");

    var strict = tally(joining, 2, 2);
    strict.ask(stay.getFirst(), stay.getFirst());
    strict.ask(standIn, stay.getLast());
    strict.record(stay.getFirst(), PutStatus.STORED);
    strict.record(standIn, PutStatus.STORED);
    assertFalse(strict.enough(), "it is no primary of either");
  }

  @Test
  void oneListThatCannotHaveEnoughMakesItHopeless() {
    var tally = tally(joining, 3, 0);
    peers(joining).writers(key).forEach(node -> tally.ask(node, node));
    tally.record(NEWCOMER, PutStatus.FULL);
    assertTrue(tally.hopeless());
  }

  @Test
  void aRefusalForTheSakeOfTheRingIsNotTheLastWord() {
    var tally = tally(formed, 2, 0);
    before.forEach(node -> tally.ask(node, node));
    before.forEach(node -> tally.record(node, PutStatus.STALE_RING));
    assertFalse(tally.hopeless());
    tally.follow(peers(joining), key);
    before.forEach(node -> assertFalse(tally.hasFailed(node)));
    assertEquals(List.of(NEWCOMER), tally.unattended(stay.getFirst()));
  }

  @Test
  void whatWasStoredBeforeTheChangeCountsAndWhatIsMissingIsTheNewOwners() {
    var tally = tally(formed, 3, 0);
    before.forEach(node -> tally.ask(node, node));
    before.forEach(node -> tally.record(node, PutStatus.STORED));
    assertTrue(tally.enough());
    tally.follow(peers(joining), key);
    assertFalse(tally.enough());
    tally.ask(NEWCOMER, NEWCOMER);
    tally.record(NEWCOMER, PutStatus.STORED);
    assertTrue(tally.enough());
  }

  @Test
  void whoStoodInAndIsAnOwnerNowHasToSaySoAnew() {
    var tally = tally(formed, 2, 0);
    tally.ask(stay.getFirst(), stay.getFirst());
    tally.ask(NEWCOMER, stay.getLast());
    tally.record(stay.getFirst(), PutStatus.STORED);
    tally.record(NEWCOMER, PutStatus.STORED);
    tally.follow(peers(joining), key);
    assertFalse(tally.hasStored(NEWCOMER), "it lets go of that copy when its owner has it");
    assertEquals(NEWCOMER, tally.ownerOf(NEWCOMER));
    assertTrue(tally.unattended(loser).contains(stay.getLast()));
  }

  @Test
  void whoOwnsNothingOfItAnyMoreDoesNotCount() {
    var ready = joining.after(new LogEntry.Ready());
    var tally = tally(ready, 2, 0);
    peers(ready).writers(key).forEach(node -> tally.ask(node, node));
    tally.record(loser, PutStatus.STORED);
    tally.record(stay.getFirst(), PutStatus.STORED);
    assertFalse(tally.enough());
    tally.follow(peers(ready.after(new LogEntry.Done())), key);
    assertFalse(tally.enough());
    assertFalse(tally.isAsked(loser));
    tally.record(NEWCOMER, PutStatus.STORED);
    assertTrue(tally.enough());
  }

  /** Three copies become five: a name is as many as that is of each list, a number is a number. */
  @Test
  void aQuorumIsOneOfEachListHoweverLongTheyAre() {
    var growing = replicated(formed, 5);
    var two = formed.ownership().ownersBefore(formed.ring().partition(key)).subList(0, 2);
    var others = new ArrayList<>(peers(growing).writers(key));
    others.removeAll(formed.ownership().ownersBefore(formed.ring().partition(key)));
    assertEquals(2, others.size());

    var quorum = asked(growing, 1, Reach.QUORUM);
    two.forEach(node -> quorum.record(node, PutStatus.STORED));
    assertFalse(quorum.enough(), "two of three, and two of five");
    quorum.record(others.getFirst(), PutStatus.STORED);
    assertTrue(quorum.enough());
    assertEquals(3, quorum.n());
    assertEquals(2, quorum.primaries(), "of the list that has fewer");

    var number = asked(growing, 2, Reach.ANYWHERE);
    two.forEach(node -> number.record(node, PutStatus.STORED));
    assertTrue(number.enough());

    var all = asked(growing, 1, Reach.ALL);
    peers(growing).writers(key).forEach(node -> all.record(node, PutStatus.STORED));
    assertTrue(all.enough());
    assertEquals(3, all.required(), "of those who are read");
  }

  /** Three copies become two, and one that goes does not make up for one that stays. */
  @Test
  void whereCopiesAreGivenUpThoseWhoStayHaveToBeAQuorum() {
    var shrinking = replicated(formed, 2);
    var partition = formed.ring().partition(key);
    var staying = shrinking.ownership().ownersAfter(partition);
    var going = new ArrayList<>(shrinking.ownership().ownersBefore(partition));
    going.removeAll(staying);
    assertEquals(1, going.size());

    var quorum = asked(shrinking, 1, Reach.QUORUM);
    quorum.record(going.getFirst(), PutStatus.STORED);
    quorum.record(staying.getFirst(), PutStatus.STORED);
    assertFalse(quorum.enough(), "two of three, and one of two");
    quorum.record(staying.getLast(), PutStatus.STORED);
    assertTrue(quorum.enough());
    assertEquals(2, quorum.n());
    assertEquals(2, quorum.primaries());

    var most = asked(shrinking, 3, Reach.ANYWHERE);
    staying.forEach(node -> most.record(node, PutStatus.STORED));
    assertFalse(most.enough(), "all of two, and two of three");
    most.record(going.getFirst(), PutStatus.STORED);
    assertTrue(most.enough(), "nobody can have more copies than there are");
  }

  private static Cluster replicated(Cluster cluster, int n) {
    var change = new RingChange.Replicate(Replication.spread(n));
    return cluster.after(new LogEntry.Begin(change, null));
  }

  private PutTally asked(Cluster cluster, int w, Reach reach) {
    var write = Write.of(Bytes.utf8("v"));
    var order = new PutOrder(key, write, Context.EMPTY, 0, 1, w, 0, reach, null, 1_000);
    var tally = new PutTally(peers(cluster), order);
    peers(cluster).writers(key).forEach(node -> tally.ask(node, node));
    return tally;
  }

  private PutTally tally(Cluster cluster, int w, int pw) {
    var write = Write.of(Bytes.utf8("v"));
    return new PutTally(
        peers(cluster),
        new PutOrder(key, write, Context.EMPTY, 0, 1, w, pw, Reach.ANYWHERE, null, 1_000));
  }

  private static Peers peers(Cluster cluster) {
    var self = new NodeId(1);
    return new Peers(self, cluster.ownership(), new MembershipTable(self), (_, _) -> {});
  }

  private List<NodeId> ownersBefore() {
    return joining.ownership().ownersBefore(joining.ring().partition(key));
  }

  private List<NodeId> ownersAfter() {
    return joining.ownership().ownersAfter(joining.ring().partition(key));
  }

  private Key movingKey() {
    for (int i = 0; true; i++) {
      var candidate = Key.of("default", "cart:" + i);
      if (joining.ownership().moves(joining.ring().partition(candidate))) {
        return candidate;
      }
    }
  }

  private static Cluster formed() {
    var members = new ArrayList<Member>();
    var inRing = new ArrayList<RingMember>();
    for (int i = 1; i <= 5; i++) {
      members.add(member(new NodeId(i)));
      inRing.add(inRing(new NodeId(i)));
    }
    var ring = Placement.form(inRing, PARTITIONS, 3);
    return Cluster.formed(7, 8, RecordSettings.DEFAULT, members, ring);
  }

  private static RingMember inRing(NodeId id) {
    return new RingMember(id, Zone.DEFAULT, 1);
  }

  private static Member member(NodeId id) {
    return new Member(id, "node-" + id.value(), "client", "peer", Zone.DEFAULT, 1);
  }
}
