package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a ring says about itself. */
class RingTest {
  private final Ring ring = Placement.form(Rings.members(7, 3), 64, 3);

  @Test
  void itKnowsItsMembersByIdWhateverTheOrderTheyCameIn() {
    List<RingMember> sorted =
        Rings.members(7, 3).stream().sorted(Comparator.comparing(RingMember::id)).toList();
    assertEquals(sorted, ring.members());
    assertTrue(ring.contains(Rings.node(6)));
    assertEquals(Rings.member(6, 0), ring.member(Rings.node(6)));
    assertFalse(ring.contains(Rings.node(7)));
    assertNull(ring.member(Rings.node(7)));
    assertEquals(ring, Placement.form(Rings.members(7, 3).reversed(), 64, 3));
  }

  @Test
  void ownershipCountsWhatTheListsSay() {
    for (RingMember member : ring.members()) {
      NodeId node = member.id();
      List<Partition> owned = ring.partitionsOf(node);
      assertEquals(ring.ownership().get(node), owned.size());
      long leads = owned.stream().filter(p -> ring.replicas(p).getFirst().equals(node)).count();
      assertEquals(ring.coordinators().get(node), (int) leads);
      for (int i = 0; i < ring.partitions(); i++) {
        var partition = new Partition(i);
        assertEquals(owned.contains(partition), ring.owns(node, partition));
      }
    }
    assertEquals(List.of(), ring.partitionsOf(Rings.node(7)));
    assertFalse(ring.owns(Rings.node(7), new Partition(0)));
  }

  @Test
  void aKeyIsHeldByTheReplicasOfItsPartition() {
    Key key = Key.of("default", "cart:1");
    Partition partition = ring.partition(key);
    assertEquals(Partition.of(key, 64), partition);
    assertEquals(ring.replicas(partition), ring.preferenceList(partition).primaries());
  }

  @Test
  void itCannotBeChangedThroughWhatItHandsOut() {
    assertThrows(UnsupportedOperationException.class, () -> ring.members().clear());
    List<NodeId> replicas = ring.replicas(new Partition(0));
    assertThrows(UnsupportedOperationException.class, () -> replicas.set(0, Rings.node(1)));
    assertThrows(IndexOutOfBoundsException.class, () -> replicas.get(3));
  }

  @Test
  void partitionsBeyondItAreRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> ring.replicas(new Partition(64)));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.preferenceList(new Partition(64)));
  }

  @Test
  void equalRingsHaveEqualDigestsAndAnyDifferenceShows() {
    Ring same = Placement.form(Rings.members(7, 3), 64, 3);
    assertEquals(ring, same);
    assertEquals(ring.hashCode(), same.hashCode());
    assertEquals(ring.digest(), same.digest());
    var node = Rings.node(0);
    var others =
        List.of(
            Placement.form(Rings.members(8, 3), 64, 3),
            Placement.form(Rings.members(7, 2), 64, 3),
            Placement.form(Rings.members(7, 3), 65, 3),
            Placement.form(Rings.members(7, 3), 64, 2),
            Placement.next(ring, new RingChange.Reweigh(node, 1)),
            Placement.next(ring, new RingChange.Reweigh(node, 2)));
    for (Ring other : others) {
      assertNotEquals(ring, other);
      assertNotEquals(ring.digest(), other.digest());
    }
  }

  /** Frozen: peers of every later version must compute the same digest for the same ring. */
  @Test
  void theSameRingIsDealtInEveryJvm() {
    assertEquals("9b37d0e7c13230d0", Long.toHexString(ring.digest()));
  }
}
