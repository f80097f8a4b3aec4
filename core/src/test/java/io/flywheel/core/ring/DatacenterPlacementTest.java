package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of copies for data centres: each is dealt and changed as a ring of its own. */
@NullUnmarked
class DatacenterPlacementTest {
  private static final double BALANCE = 1.05;
  private static final double MOVED = 1.10;

  @ParameterizedTest
  @CsvSource({"3,1,3,1", "6,3,3,1", "12,3,24,4", "5,2,40,3", "100,4,50,5"})
  void eachDataCentreHasItsNumberOfCopiesEvenlyAndOnDistinctRacks(
      int nodes1, int racks1, int nodes2, int racks2) {
    var replication = Replication.of(Map.of("dc1", 3, "dc2", 2));
    Ring ring = Placement.form(members(nodes1, racks1, nodes2, racks2), 4096, replication);
    assertEquals(5, ring.n());
    check(ring);
    Rules.checkCoordinators(ring);
  }

  @Test
  void threeDataCentresAndAThousandNodes() {
    var members = members(500, 5, 300, 3);
    for (int i = 0; i < 200; i++) {
      members.add(new RingMember(Rings.node(5_000 + i), new Zone("dc3", "r" + i % 2), 1));
    }
    var replication = Replication.of(Map.of("dc1", 3, "dc2", 3, "dc3", 1));
    Ring ring = Placement.form(members, 65_536, replication);
    check(ring);
    Rules.checkCoordinators(ring);
    changes(ring, "dc1");
    changes(ring, "dc3");
  }

  @ParameterizedTest
  @CsvSource({"4,1,3,1", "6,3,4,2", "12,4,24,3", "40,4,20,1"})
  void aChangeMovesWhatItMustAndOnlyInItsDataCentre(
      int nodes1, int racks1, int nodes2, int racks2) {
    var replication = Replication.of(Map.of("dc1", 3, "dc2", 2));
    Ring ring = Placement.form(members(nodes1, racks1, nodes2, racks2), 4096, replication);
    changes(ring, "dc1");
    changes(ring, "dc2");
  }

  private static void changes(Ring ring, String datacenter) {
    var there = inside(ring, datacenter);
    RingMember some = there.get(there.size() / 2);
    int copies = ring.replication().byDatacenter().get(datacenter);
    long share = (long) ring.partitions() * copies / (there.size() + 1);
    int had = ring.ownership().get(some.id());
    // A new rack would have to be filled: the newcomer stands where the smallest rack is.
    var smallest = new TreeMap<Zone, Integer>();
    there.forEach(member -> smallest.merge(member.zone(), 1, Integer::sum));
    Zone zone =
        smallest.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
    moves(ring, new RingChange.Add(new RingMember(Rings.node(-1), zone, 1)), share, datacenter);
    moves(
        ring,
        new RingChange.Replace(some.id(), new RingMember(Rings.node(-2), some.zone(), 1)),
        had,
        datacenter);
    if (smallest.size() == 1) {
      moves(ring, new RingChange.Remove(some.id()), had, datacenter);
    } else {
      check(Placement.next(ring, new RingChange.Remove(some.id())));
    }
  }

  private static void moves(Ring before, RingChange change, long least, String datacenter) {
    Ring after = Placement.next(before, change);
    check(after);
    Rules.checkCoordinators(after);
    var diff = RingDiff.between(before, after);
    assertTrue(
        diff.copies() <= MOVED * least, () -> change + ": " + diff.copies() + ", not " + least);
    for (var moved : diff.moved()) {
      for (NodeId node : moved.gained()) {
        assertEquals(datacenter, after.member(node).zone().datacenter());
      }
      for (NodeId node : moved.lost()) {
        assertEquals(datacenter, before.member(node).zone().datacenter());
      }
    }
  }

  @Test
  void aLongHistoryOfChangesKeepsTheRules() {
    var random = new SplittableRandom(1);
    Ring ring =
        Placement.form(members(7, 3, 5, 1), 512, Replication.of(Map.of("dc1", 3, "dc2", 2)));
    for (int step = 0; step < 150; step++) {
      String datacenter = random.nextBoolean() ? "dc1" : "dc2";
      var there = inside(ring, datacenter);
      NodeId some = there.get(random.nextInt(there.size())).id();
      var zone = new Zone(datacenter, "r" + random.nextInt(3));
      var fresh = new RingMember(Rings.node(1_000 + step), zone, 1);
      RingChange change =
          switch (random.nextInt(3)) {
            case 0 -> new RingChange.Add(fresh);
            case 1 -> new RingChange.Replace(some, fresh);
            default -> new RingChange.Remove(some);
          };
      if (Placement.objection(ring, change).isEmpty()) {
        ring = Placement.next(ring, change);
        checkSpread(ring);
        Rules.checkCoordinators(ring);
      }
    }
  }

  /** The other data centre's copies move there, and the old one's go to its neighbours. */
  @Test
  void aReplacementInAnotherDataCentreIsALeaveHereAndAJoinThere() {
    Ring ring =
        Placement.form(members(6, 1, 4, 1), 1024, Replication.of(Map.of("dc1", 3, "dc2", 2)));
    var old = inside(ring, "dc1").getFirst();
    var by = new RingMember(Rings.node(-1), new Zone("dc2", "r0"), 1);
    Ring after = Placement.next(ring, new RingChange.Replace(old.id(), by));
    check(after);
    int copies = RingDiff.between(ring, after).copies();
    assertEquals(1024 * 3 / 6.0 + 1024 * 2 / 5.0, copies, 20);
  }

  @Test
  void whatCannotStandIsRefusedWithTheReason() {
    var replication = Replication.of(Map.of("dc1", 3, "dc2", 2));
    Ring ring = Placement.form(members(3, 1, 3, 1), 64, replication);
    NodeId first = inside(ring, "dc1").getFirst().id();
    var stranger = new RingMember(Rings.node(-1), new Zone("dc3", "r0"), 1);
    var far = new RingMember(Rings.node(-1), new Zone("dc2", "r0"), 1);
    String tooFew = "3 replicas in dc1 need 3 members there, and there are 2";
    refused(ring, new RingChange.Remove(first), tooFew);
    refused(ring, new RingChange.Replace(first, far), tooFew);
    refused(
        ring,
        new RingChange.Add(stranger),
        stranger.id() + " stands in dc3, which has no copies: {dc1: 3, dc2: 2}");
    assertEquals(
        "2 replicas in dc2 need 2 members there, and there are 1",
        Placement.objection(members(3, 1, 1, 1), replication));
  }

  private static void refused(Ring ring, RingChange change, String reason) {
    assertEquals(reason, Placement.objection(ring, change));
    var refusal = assertThrows(IllegalArgumentException.class, () -> Placement.next(ring, change));
    assertEquals(reason, refusal.getMessage());
  }

  @Test
  void aRingIsReadAsItWasWritten() throws MalformedException {
    var replication = Replication.of(Map.of("dc1", 3, "dc2", 2));
    Ring ring = Placement.form(members(4, 2, 3, 1), 64, replication);
    var out = new ByteWriter();
    ring.write(out);
    Ring read = Ring.read(new ByteReader(out.toByteArray()));
    assertEquals(ring, read);
    assertEquals(ring.digest(), read.digest());
    assertEquals(replication, read.replication());
  }

  /** A ring whose lists do not stand where it says that they do is not believed. */
  @Test
  void aRingThatContradictsItselfIsRefused() {
    Ring ring = Placement.form(members(4, 1, 4, 1), 64, Replication.of(Map.of("dc1", 3, "dc2", 2)));
    var out = new ByteWriter();
    ring.write(out);
    byte[] bytes = out.toByteArray();
    // The first entry of the last list: any member that is not in the list stands elsewhere or
    // gives a list with four copies in one data centre or one.
    var last = new HashSet<>(ring.replicas(new Partition(63)));
    NodeId first = ring.replicas(new Partition(63)).getFirst();
    String here = ring.member(first).zone().datacenter();
    for (int i = 0; i < ring.memberCount(); i++) {
      if (!last.contains(ring.idAt(i)) && !ring.members().get(i).zone().datacenter().equals(here)) {
        bytes[bytes.length - 2 * ring.n()] = (byte) (i >> 8);
        bytes[bytes.length - 2 * ring.n() + 1] = (byte) i;
      }
    }
    assertThrows(MalformedException.class, () -> Ring.read(new ByteReader(bytes)));
  }

  private static List<RingMember> members(int nodes1, int racks1, int nodes2, int racks2) {
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < nodes1; i++) {
      members.add(new RingMember(Rings.node(i), new Zone("dc1", "r" + i % racks1), 1));
    }
    for (int i = 0; i < nodes2; i++) {
      members.add(new RingMember(Rings.node(10_000 + i), new Zone("dc2", "r" + i % racks2), 1));
    }
    return members;
  }

  private static List<RingMember> inside(Ring ring, String datacenter) {
    return ring.members().stream()
        .filter(member -> member.zone().datacenter().equals(datacenter))
        .toList();
  }

  /** In every data centre its number of copies of every partition, evenly by the rules. */
  private static void check(Ring ring) {
    checkSpread(ring);
    ring.replication()
        .byDatacenter()
        .forEach(
            (datacenter, copies) -> {
              var fair = new FairShares(inside(ring, datacenter), ring.partitions(), copies);
              var held = new TreeMap<>(ring.ownership());
              held.keySet()
                  .removeIf(node -> !ring.member(node).zone().datacenter().equals(datacenter));
              double excess = fair.excess(held);
              assertTrue(excess <= BALANCE, () -> datacenter + ": one member holds " + excess);
            });
  }

  private static void checkSpread(Ring ring) {
    var racks = new TreeMap<String, HashSet<String>>();
    for (RingMember member : ring.members()) {
      racks
          .computeIfAbsent(member.zone().datacenter(), name -> new HashSet<>())
          .add(member.zone().rack());
    }
    for (int i = 0; i < ring.partitions(); i++) {
      var replicas = ring.replicas(new Partition(i));
      assertEquals(ring.n(), new HashSet<>(replicas).size(), "distinct nodes");
      var found = new TreeMap<String, Integer>();
      var on = new TreeMap<String, HashSet<String>>();
      for (NodeId node : replicas) {
        Zone zone = ring.member(node).zone();
        found.merge(zone.datacenter(), 1, Integer::sum);
        on.computeIfAbsent(zone.datacenter(), name -> new HashSet<>()).add(zone.rack());
      }
      assertEquals(ring.replication().byDatacenter(), found);
      found.forEach(
          (datacenter, copies) ->
              assertEquals(
                  Math.min(copies, racks.get(datacenter).size()), on.get(datacenter).size()));
    }
  }
}
