package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The first ring: rules kept, load in proportion (DESIGN.md, section 3). */
@NullUnmarked
class PlacementFormTest {
  @Test
  void nodesOnEqualRacksHoldEquallyMuch() {
    for (int nodes : new int[] {3, 4, 5, 6, 8, 12, 24, 60, 120}) {
      for (int racks = 1; racks <= Math.min(4, nodes); racks++) {
        for (int n = 1; n <= Math.min(5, nodes); n++) {
          if (nodes % racks == 0) {
            checkBalance(Placement.form(Rings.members(nodes, racks), 4096, n));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3", "2,3", "3,3", "4,3", "1000,3", "4,5", "4,1"})
  void aThousandNodesHoldEquallyMuchOf65536Partitions(int racks, int n) {
    checkBalance(Placement.form(Rings.members(1000, racks), 65_536, n));
  }

  /** Counted in copies no member is off by more than one, so with 100 of them by 1%. */
  private static void checkBalance(Ring ring) {
    Rules.check(ring);
    Rules.checkCoordinators(ring);
    var fair = new FairShares(ring);
    ring.ownership()
        .forEach(
            (node, held) ->
                assertTrue(
                    Math.abs(held - fair.of(node)) < 1.001,
                    () -> ring + ": " + held + " copies, not " + fair.of(node)));
    double mean = (double) ring.partitions() * ring.n() / ring.members().size();
    if (mean >= 100 && ring.members().size() % 12 == 0) {
      assertTrue(Collections.max(ring.ownership().values()) <= 1.05 * mean);
      double led = (double) ring.partitions() / ring.members().size();
      assertTrue(Collections.max(ring.coordinators().values()) <= 1.25 * led);
    }
  }

  @Test
  void loadFollowsWeight() {
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < 12; i++) {
      members.add(new RingMember(Rings.node(i), Rings.rack(i % 4), 1 + i % 3));
    }
    Ring ring = Placement.form(members, 4096, 3);
    Rules.check(ring);
    for (RingMember member : members) {
      assertEquals(512.0 * member.weight(), ring.ownership().get(member.id()), 1);
    }
  }

  /** Three replicas on three racks: each rack holds every partition, however few nodes it has. */
  @Test
  void theRackRuleWinsOverBalance() {
    Ring ring = Placement.form(Rings.onRacks(1, 4, 10), 4096, 3);
    Rules.check(ring);
    assertEquals(4096, ring.ownership().get(Rings.node(0)));
    assertEquals(1024, ring.ownership().get(Rings.node(1)));
    assertEquals(409.6, ring.ownership().get(Rings.node(5)), 1);
  }

  /** With a rack to spare the large racks hold each partition once, the others what is left. */
  @Test
  void largeRacksHoldAPartitionOnce() {
    Ring ring = Placement.form(Rings.onRacks(2, 6, 10, 3), 4096, 3);
    Rules.check(ring);
    assertEquals(409.6, ring.ownership().get(Rings.node(10)), 1);
    assertEquals(4096 / 6.0, ring.ownership().get(Rings.node(2)), 1);
    assertEquals(4096 / 5.0, ring.ownership().get(Rings.node(0)), 1);
  }

  @Test
  void everyDatacenterHoldsEveryPartition() {
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < 12; i++) {
      var zone = new Zone("dc" + i % 2, "r" + i / 2 % 3);
      members.add(new RingMember(Rings.node(i), zone, 1));
    }
    checkEven(Placement.form(members, 4096, 4));
    Rules.check(Placement.form(members, 4096, 3));
  }

  /** Four replicas in two data centres stand two and two, not three and one. */
  private static void checkEven(Ring ring) {
    Rules.check(ring);
    for (int i = 0; i < ring.partitions(); i++) {
      long inFirst =
          ring.replicas(new Partition(i)).stream()
              .filter(node -> ring.member(node).zone().datacenter().equals("dc0"))
              .count();
      assertEquals(2, inFirst);
    }
  }

  @Test
  void fiveReplicasOnThreeRacksSurviveTheLossOfAnyWithAMajority() {
    Ring ring = Placement.form(Rings.members(15, 3), 1024, 5);
    for (int i = 0; i < ring.partitions(); i++) {
      var replicas = ring.replicas(new Partition(i));
      for (int rack = 0; rack < 3; rack++) {
        Zone zone = Rings.rack(rack);
        assertTrue(
            replicas.stream().filter(node -> ring.member(node).zone().equals(zone)).count() <= 2);
      }
    }
  }

  @Test
  void rulesHoldForAnyMembers() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 300; i++) {
      List<RingMember> members = Rings.random(random, 1, 40);
      int n = random.nextInt(1, Math.min(members.size(), 6) + 1);
      Ring ring = Placement.form(members, random.nextInt(1, 500), n);
      Rules.check(ring);
      Rules.checkCoordinators(ring);
      assertEquals(1, ring.epoch());
    }
  }

  @Test
  void impossibleRingsAreRefusedWithTheReason() {
    refused(Rings.members(2, 2), 64, 3, "3 replicas need 3 members, and there are 2");
    refused(List.of(), 64, 1, "1 replicas need 1 members, and there are 0");
    refused(Rings.members(3, 3), 0, 3, "the ring has 1 to 65,536 partitions, not 0");
    refused(Rings.members(3, 3), 65_537, 3, "the ring has 1 to 65,536 partitions, not 65537");
    refused(Rings.members(3, 3), 64, 0, "a partition has 1 to 16 replicas, not 0");
    refused(Rings.members(20, 3), 64, 17, "a partition has 1 to 16 replicas, not 17");
    var twice = List.of(Rings.member(1, 1), Rings.member(2, 1), Rings.member(1, 2));
    refused(twice, 64, 2, Rings.node(1) + " is a member twice");
  }

  @Test
  void impossibleMembersAreRefused() {
    var node = Rings.node(1);
    assertThrows(IllegalArgumentException.class, () -> new RingMember(node, Zone.DEFAULT, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new RingMember(node, Zone.DEFAULT, 1_000_001));
    var zone = new Zone("dc1", "r".repeat(256));
    assertThrows(IllegalArgumentException.class, () -> new RingMember(node, zone, 1));
  }

  private static void refused(List<RingMember> members, int partitions, int n, String why) {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> Placement.form(members, partitions, n));
    assertEquals(why, refusal.getMessage());
  }
}
