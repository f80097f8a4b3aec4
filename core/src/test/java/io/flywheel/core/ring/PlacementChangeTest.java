package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each next ring keeps the rules and moves only what must move (DESIGN.md, section 3). */
@NullUnmarked
class PlacementChangeTest {
  private static final double BALANCE = 1.05;
  private static final double MOVED = 1.10;

  @Test
  void changesMoveWhatTheyMust() {
    for (int nodes : new int[] {3, 4, 6, 7, 12, 16, 40, 100}) {
      for (int racks = 1; racks <= Math.min(4, nodes); racks++) {
        for (int n = 1; n <= Math.min(5, nodes); n++) {
          if (4096 * n / (nodes + 1) >= 100) {
            checkChanges(Placement.form(Rings.members(nodes, racks), 4096, n), nodes % racks);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3", "2,3", "3,3", "4,3", "1000,3", "2,2", "4,5"})
  void changesAmongAThousandNodesMoveWhatTheyMust(int racks, int n) {
    checkChanges(Placement.form(Rings.members(1000, racks), 65_536, n), 0);
  }

  private static void checkChanges(Ring ring, int rackOfNew) {
    RingMember some = ring.members().get(ring.members().size() / 2);
    var by = new RingMember(Rings.node(-1), some.zone(), some.weight());
    checkExact(ring, new RingChange.Add(Rings.member(-2, rackOfNew)));
    checkExact(ring, new RingChange.Replace(some.id(), by));
    if (ring.members().size() > 5 * ring.n()) {
      checkExact(ring, new RingChange.Reweigh(some.id(), 2));
    }
    if (ring.members().size() > ring.n()) {
      checkRules(ring, Placement.next(ring, new RingChange.Remove(some.id())));
    }
  }

  /** Nothing but the share of the one that comes or grows moves. */
  private static void checkExact(Ring before, RingChange change) {
    Ring after = Placement.next(before, change);
    checkRules(before, after);
    int moved = RingDiff.between(before, after).copies();
    long least = new FairShares(after).leastMoved(before);
    assertTrue(moved <= MOVED * least, () -> change + ": " + moved + " moved, not " + least);
  }

  /** Who is lost gets no larger share, and nothing moves twice when it goes as well. */
  @ParameterizedTest
  @CsvSource({"5,1,3", "8,4,3", "12,3,2", "40,4,3"})
  void whoIsLostGainsNothingWhereTheOthersHaveRoom(int nodes, int racks, int n) {
    Ring ring = Placement.form(Rings.members(nodes, racks), 1024, n);
    NodeId first = Rings.node(0);
    NodeId second = Rings.node(racks);
    Ring without = Placement.next(ring, new RingChange.Remove(first), List.of(first, second));
    Rules.check(without);
    int held = ring.ownership().get(second);
    int then = without.ownership().get(second);
    assertTrue(then <= held + held / 32, () -> "more than slack: " + then + " after " + held);
    Ring end = Placement.next(without, new RingChange.Remove(second), List.of(second));
    checkRules(without, end);
  }

  /** Each partition needs a copy on each of three racks, and on one of them only a lost one is. */
  @Test
  void whoIsLostGainsWhereTheOthersHaveNoRoom() {
    Ring ring = Placement.form(Rings.members(6, 3), 64, 3);
    NodeId first = Rings.node(0);
    NodeId second = Rings.node(3);
    Ring next = Placement.next(ring, new RingChange.Remove(first), List.of(first, second));
    checkRules(ring, next);
    assertEquals(64, next.ownership().get(second));
  }

  private static void checkRules(Ring before, Ring after) {
    assertEquals(before.epoch() + 1, after.epoch());
    Rules.check(after);
    Rules.checkCoordinators(after);
    double excess = new FairShares(after).excess(after.ownership());
    assertTrue(excess <= BALANCE, () -> after + ": one member holds " + excess);
  }

  /** Against an oracle: removals too, and rings that are no longer as they were dealt. */
  @ParameterizedTest
  @CsvSource({"5,4,2", "7,2,3", "11,4,5", "10,3,5", "9,2,4", "7,4,3", "6,1,3", "10,4,3"})
  void noPlacementMovesMuchLess(int nodes, int racks, int n) {
    var random = new SplittableRandom(nodes);
    int partitions = 100 * (nodes + 2) / n;
    Ring ring = Placement.form(Rings.members(nodes, racks), partitions, n);
    for (int step = 0; step < 4; step++) {
      int spare = ring.members().size() - n;
      NodeId some = ring.members().get(random.nextInt(ring.members().size())).id();
      boolean removes = spare > 0 && step % 2 == 0;
      var added = Rings.member(100 + step, random.nextInt(racks));
      RingChange change = removes ? new RingChange.Remove(some) : new RingChange.Add(added);
      Ring next = Placement.next(ring, change);
      checkRules(ring, next);
      int moved = RingDiff.between(ring, next).copies();
      int least = LeastMoves.of(ring, next.members(), removes ? null : added.id());
      assertTrue(moved <= MOVED * least, () -> change + ": " + moved + " moved, not " + least);
      ring = next;
    }
  }

  @ParameterizedTest
  @CsvSource({"3", "4"})
  void aClusterGrowsFrom3To1000NodeByNode(int racks) {
    Ring ring = Placement.form(Rings.members(Math.max(3, racks), racks), 512, 3);
    for (int i = ring.members().size(); i < 1000; i++) {
      Ring next = Placement.next(ring, new RingChange.Add(Rings.member(i, i % racks)));
      int held = next.ownership().get(Rings.node(i));
      assertTrue(RingDiff.between(ring, next).copies() <= MOVED * held + 3);
      var fair = new FairShares(next);
      assertEquals(fair.of(Rings.node(i)), held, 1.001);
      if (i % 50 == 0) {
        Rules.check(next);
        Rules.checkCoordinators(next);
        double most = Math.max(BALANCE, 1 + 1.001 / fair.of(Rings.node(i)));
        assertTrue(fair.excess(next.ownership()) <= most);
      }
      ring = next;
    }
  }

  @Test
  void aLongHistoryOfChangesKeepsBalance() {
    for (int racks = 1; racks <= 4; racks++) {
      var random = new SplittableRandom(racks);
      Ring ring = Placement.form(Rings.members(40, racks), 2048, 3);
      for (int i = 40; i < 140; i++) {
        NodeId some = ring.members().get(random.nextInt(ring.members().size())).id();
        boolean removes = random.nextBoolean() && ring.members().size() > 30;
        Ring next =
            Placement.next(
                ring,
                removes
                    ? new RingChange.Remove(some)
                    : new RingChange.Add(Rings.member(i, i % racks)));
        if (2048 * 3 / next.members().size() >= 100) {
          checkRules(ring, next);
        }
        ring = next;
      }
    }
  }

  @Test
  void rulesHoldAfterAnyChangeAmongAnyMembers() {
    var random = new SplittableRandom(2);
    for (int i = 0; i < 60; i++) {
      List<RingMember> members = Rings.random(random, 2, 25);
      int n = random.nextInt(1, Math.min(members.size(), 6));
      Ring ring = Placement.form(members, random.nextInt(1, 300), n);
      for (int step = 0; step < 20; step++) {
        RingChange change = randomChange(random, ring, 1000 + step);
        ring = Placement.next(ring, change);
        Rules.check(ring);
        Rules.checkCoordinators(ring);
      }
    }
  }

  private static RingChange randomChange(SplittableRandom random, Ring ring, int number) {
    NodeId some = ring.members().get(random.nextInt(ring.members().size())).id();
    RingMember fresh = Rings.randomMember(random, number, 3, 5);
    return switch (random.nextInt(4)) {
      case 0 -> new RingChange.Replace(some, fresh);
      case 1 -> new RingChange.Reweigh(some, random.nextInt(1, 9));
      case 2 ->
          ring.members().size() > ring.n()
              ? new RingChange.Remove(some)
              : new RingChange.Add(fresh);
      default -> new RingChange.Add(fresh);
    };
  }

  @Test
  void aReplacementTakesOverExactlyWhatTheOldOneHeld() {
    Ring before = Placement.form(Rings.members(9, 3), 4096, 3);
    var by = Rings.member(9, 1);
    Ring after = Placement.next(before, new RingChange.Replace(Rings.node(4), by));
    var expected = new ArrayList<NodeId>();
    for (int i = 0; i < before.partitions(); i++) {
      expected.clear();
      before
          .replicas(new Partition(i))
          .forEach(node -> expected.add(node.equals(Rings.node(4)) ? by.id() : node));
      assertEquals(expected, after.replicas(new Partition(i)));
    }
  }

  @Test
  void theFirstNodeOnANewRackThatTheReplicasNeedHoldsEverything() {
    Ring before = Placement.form(Rings.members(8, 2), 1024, 3);
    Ring after = Placement.next(before, new RingChange.Add(Rings.member(8, 2)));
    checkRules(before, after);
    assertEquals(1024, after.ownership().get(Rings.node(8)));
    assertEquals(1024, RingDiff.between(before, after).copies());
  }

  @Test
  void theLastNodeOfARackGoesAndTheOthersTakeOver() {
    Ring before = Placement.form(Rings.onRacks(3, 3, 1), 1024, 3);
    Ring after = Placement.next(before, new RingChange.Remove(Rings.node(6)));
    checkRules(before, after);
    assertEquals(1024, RingDiff.between(before, after).copies());
  }

  @Test
  void sameRingAndChangeGiveTheSameRing() {
    Ring before = Placement.form(Rings.members(9, 3), 4096, 3);
    var change = new RingChange.Remove(Rings.node(3));
    assertEquals(Placement.next(before, change), Placement.next(before, change));
    assertEquals("f339979f72c6ccd6", Long.toHexString(Placement.next(before, change).digest()));
  }

  @Test
  void impossibleChangesAreRefusedWithTheReason() {
    Ring ring = Placement.form(Rings.members(3, 3), 64, 3);
    var known = Rings.node(0);
    var unknown = Rings.node(9);
    var fresh = Rings.member(8, 0);
    refused(ring, new RingChange.Add(Rings.member(0, 1)), known + " is a member twice");
    refused(ring, new RingChange.Remove(unknown), unknown + " is not a member");
    refused(ring, new RingChange.Remove(known), "3 replicas need 3 members, and there are 2");
    refused(ring, new RingChange.Replace(unknown, fresh), unknown + " is not a member");
    refused(
        ring, new RingChange.Replace(known, Rings.member(0, 1)), known + " cannot replace itself");
    refused(
        ring,
        new RingChange.Replace(known, Rings.member(1, 1)),
        Rings.node(1) + " is a member twice");
    refused(ring, new RingChange.Reweigh(unknown, 2), unknown + " is not a member");
    refused(ring, new RingChange.Reweigh(known, 0), "a weight is 1 to 1,000,000, not 0");
  }

  private static void refused(Ring ring, RingChange change, String why) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> Placement.next(ring, change));
    assertEquals(why, refusal.getMessage());
  }
}
