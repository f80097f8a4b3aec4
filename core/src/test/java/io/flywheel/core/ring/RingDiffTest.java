package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What moves between two rings. */
class RingDiffTest {
  private final Ring before = Placement.form(Rings.members(6, 3), 256, 3);

  @Test
  void nothingMovesBetweenARingAndItself() {
    assertEquals(new RingDiff(List.of(), 0), RingDiff.between(before, before));
  }

  @Test
  void aNewMemberOnlyGainsAndTheOthersOnlyLose() {
    var node = Rings.node(6);
    Ring after = Placement.next(before, new RingChange.Add(Rings.member(6, 0)));
    RingDiff diff = RingDiff.between(before, after);
    assertEquals(after.partitionsOf(node), diff.gainedBy(node));
    assertEquals(List.of(), diff.lostBy(node));
    assertEquals(after.partitionsOf(node).size(), diff.copies());
  }

  @Test
  void itLeadsFromOneRingToTheOther() {
    Ring after = Placement.next(before, new RingChange.Remove(Rings.node(2)));
    RingDiff diff = RingDiff.between(before, after);
    int copies = 0;
    for (RingDiff.Moved moved : diff.moved()) {
      assertEquals(moved.lost().size(), moved.gained().size());
      var replicas = new HashSet<>(before.replicas(moved.partition()));
      assertTrue(replicas.containsAll(moved.lost()));
      moved.lost().forEach(replicas::remove);
      replicas.addAll(moved.gained());
      assertEquals(replicas, new HashSet<>(after.replicas(moved.partition())));
      copies += moved.gained().size();
    }
    assertEquals(copies, diff.copies());
    assertEquals(before.partitionsOf(Rings.node(2)), diff.lostBy(Rings.node(2)));
  }

  @Test
  void ringsOfOtherShapesCannotBeCompared() {
    Ring other = Placement.form(Rings.members(6, 3), 255, 3);
    assertThrows(IllegalArgumentException.class, () -> RingDiff.between(before, other));
  }
}
