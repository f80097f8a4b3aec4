package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
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

/** More copies of each key, or fewer: each partition keeps whom it can, and rules hold. */
@NullUnmarked
class CopyNumbersTest {
  private static final double BALANCE = 1.05;
  private static final double MOVED = 1.10;

  @ParameterizedTest
  @CsvSource({"3,1,2,3", "5,1,2,3", "6,3,2,3", "6,3,3,5", "9,3,1,3", "12,4,3,4", "100,5,2,5"})
  void growingAddsWhatIsMissingAndMovesLittleElse(int nodes, int racks, int from, int to) {
    Ring before = Placement.form(Rings.members(nodes, racks), 1024, from);
    Ring after = changed(before, Replication.spread(to));
    check(after, to);
    int least = (to - from) * 1024;
    int moved = RingDiff.between(before, after).copies();
    assertTrue(moved >= least && moved <= MOVED * least, moved + ", not " + least);
  }

  @ParameterizedTest
  @CsvSource({"3,1,3,2", "5,1,3,2", "6,3,3,2", "6,3,5,3", "6,2,4,3", "12,4,4,1", "100,5,3,2"})
  void shrinkingGivesCopiesUpAndMovesLittle(int nodes, int racks, int from, int to) {
    Ring before = Placement.form(Rings.members(nodes, racks), 1024, from);
    Ring after = changed(before, Replication.spread(to));
    check(after, to);
    int moved = RingDiff.between(before, after).copies();
    assertTrue(moved <= (MOVED - 1) * (from - to) * 1024, moved + " copies move");
  }

  private static Ring changed(Ring ring, Replication replication) {
    Ring next = Placement.next(ring, new RingChange.Replicate(replication));
    assertEquals(ring.epoch() + 1, next.epoch());
    assertEquals(replication, next.replication());
    assertEquals(ring.members(), next.members());
    return next;
  }

  private static void check(Ring ring, int n) {
    assertEquals(n, ring.n());
    Rules.check(ring);
    Rules.checkCoordinators(ring);
    double excess = new FairShares(ring).excess(ring.ownership());
    assertTrue(excess <= BALANCE, "one member holds " + excess);
  }

  @Test
  void aHistoryOfAllKindsOfChangesKeepsTheRules() {
    var random = new SplittableRandom(3);
    for (int story = 0; story < 20; story++) {
      Ring ring = Placement.form(Rings.random(random, 4, 9), 256, 2);
      for (int step = 0; step < 25; step++) {
        RingChange change =
            random.nextBoolean()
                ? new RingChange.Replicate(Replication.spread(random.nextInt(1, 6)))
                : new RingChange.Add(Rings.randomMember(random, 100 + step, 3, 5));
        if (Placement.objection(ring, change).isEmpty()) {
          ring = Placement.next(ring, change);
          Rules.check(ring);
          Rules.checkCoordinators(ring);
        }
      }
    }
  }

  @Test
  void eachDataCentreChangesByItself() {
    Ring ring = Placement.form(members(6, 4), 1024, Replication.of(Map.of("dc1", 3, "dc2", 2)));
    Ring more = changed(ring, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    checkDatacenters(more);
    var diff = RingDiff.between(ring, more);
    assertTrue(diff.copies() <= MOVED * 1024, diff.copies() + " copies move");
    for (var moved : diff.moved()) {
      moved.gained().forEach(node -> assertEquals("dc2", more.member(node).zone().datacenter()));
    }
    Ring shifted = changed(more, Replication.of(Map.of("dc1", 2, "dc2", 4)));
    checkDatacenters(shifted);
    checkDatacenters(changed(shifted, Replication.of(Map.of("dc1", 1, "dc2", 1))));
    Rules.check(changed(shifted, Replication.spread(3)));
  }

  /** A cluster that has spread its copies over two data centres gives each its own number. */
  @Test
  void dataCentresGetNumbersOfTheirOwn() {
    Ring ring = Placement.form(members(4, 4), 1024, 3);
    Ring each = changed(ring, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    checkDatacenters(each);
    int moved = RingDiff.between(ring, each).copies();
    assertTrue(moved <= MOVED * 3 * 1024, moved + " copies move");
    checkDatacenters(changed(ring, Replication.of(Map.of("dc1", 2, "dc2", 1))));
  }

  private static List<RingMember> members(int inFirst, int inSecond) {
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < inFirst + inSecond; i++) {
      String datacenter = i < inFirst ? "dc1" : "dc2";
      members.add(new RingMember(Rings.node(i), new Zone(datacenter, "r" + i % 2), 1));
    }
    return members;
  }

  private static void checkDatacenters(Ring ring) {
    Rules.checkCoordinators(ring);
    for (int i = 0; i < ring.partitions(); i++) {
      var replicas = ring.replicas(new Partition(i));
      assertEquals(ring.n(), new HashSet<>(replicas).size(), "distinct nodes");
      var found = new TreeMap<String, Integer>();
      replicas.forEach(node -> found.merge(ring.member(node).zone().datacenter(), 1, Integer::sum));
      assertEquals(ring.replication().byDatacenter(), found);
    }
  }

  @Test
  void whatCannotBeIsRefusedWithTheReason() {
    Ring ring = Placement.form(Rings.members(5, 1), 64, 4);
    refused(ring, Replication.spread(4), "there are these copies of each key already: {n: 4}");
    refused(ring, Replication.spread(6), "6 replicas need 6 members, and there are 5");
    refused(ring, Replication.spread(17), "there are 16 copies of a key at the most, not 17");
    Ring two = Placement.form(members(4, 3), 64, Replication.of(Map.of("dc1", 3, "dc2", 2)));
    refused(
        two,
        Replication.of(Map.of("dc1", 3, "dc2", 4)),
        "4 replicas in dc2 need 4 members there, and there are 3");
    var nowhere = Placement.objection(two, replicate(Replication.of(Map.of("dc1", 4))));
    assertTrue(nowhere.contains("stands in dc2, which has no copies: {dc1: 4}"), nowhere);
  }

  private static void refused(Ring ring, Replication replication, String reason) {
    var change = replicate(replication);
    assertEquals(reason, Placement.objection(ring, change));
    var refusal = assertThrows(IllegalArgumentException.class, () -> Placement.next(ring, change));
    assertEquals(reason, refusal.getMessage());
  }

  private static RingChange replicate(Replication replication) {
    return new RingChange.Replicate(replication);
  }

  @Test
  void whatIsWantedIsReadAsItWasWritten() throws MalformedException {
    for (var copies : List.of(Replication.spread(3), Replication.of(Map.of("dc1", 3, "dc2", 2)))) {
      var out = new ByteWriter();
      replicate(copies).write(out);
      var in = new ByteReader(out.toByteArray());
      assertEquals(replicate(copies), RingChange.read(in));
      in.end();
    }
    byte[] none = new ByteWriter().u8(6).varint(0).bool(false).toByteArray();
    assertThrows(MalformedException.class, () -> RingChange.read(new ByteReader(none)));
  }
}
