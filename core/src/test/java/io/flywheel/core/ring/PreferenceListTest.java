package io.flywheel.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who is asked about a partition, and who stands in (Dynamo 4.3 and 4.6). */
class PreferenceListTest {
  private final Ring ring = Placement.form(Rings.members(12, 3), 4096, 3);

  @Test
  void primariesAndFallbacksAreAllMembersOnce() {
    for (int i = 0; i < ring.partitions(); i += 97) {
      PreferenceList list = ring.preferenceList(new Partition(i));
      var all = new ArrayList<>(list.primaries());
      list.fallbacks().forEach(all::add);
      assertEquals(12, all.size());
      assertEquals(12, new HashSet<>(all).size());
    }
  }

  @Test
  void fallbacksComeInTheOrderInWhichTheFollowingListsNameThem() {
    var partition = new Partition(4095);
    List<NodeId> primaries = ring.replicas(partition);
    var expected = new ArrayList<NodeId>();
    for (int i = 0; i < 200; i++) {
      for (NodeId node : ring.replicas(new Partition(i))) {
        if (!primaries.contains(node) && !expected.contains(node)) {
          expected.add(node);
        }
      }
    }
    var walked = new ArrayList<NodeId>();
    ring.preferenceList(partition).fallbacks().forEach(walked::add);
    assertEquals(expected, walked);
  }

  @Test
  void membersThatHoldNothingAreFallbacksToo() {
    Ring sparse = Placement.form(Rings.members(9, 1), 2, 2);
    var walked = new ArrayList<NodeId>();
    sparse.preferenceList(new Partition(1)).fallbacks().forEach(walked::add);
    assertEquals(7, new HashSet<>(walked).size());
  }

  @Test
  void aRingOfNMembersHasNoFallbacks() {
    var fallbacks =
        Placement.form(Rings.members(3, 3), 8, 3)
            .preferenceList(new Partition(0))
            .fallbacks()
            .iterator();
    assertFalse(fallbacks.hasNext());
    assertThrows(NoSuchElementException.class, fallbacks::next);
  }

  @Test
  void theNextLiveNodeStandsInForAPrimaryThatIsDown() {
    PreferenceList list = ring.preferenceList(new Partition(7));
    List<NodeId> primaries = list.primaries();
    var fallbacks = list.fallbacks().iterator();
    NodeId first = fallbacks.next();
    NodeId second = fallbacks.next();
    NodeId third = fallbacks.next();
    var down = Set.of(primaries.get(0), primaries.get(2), second);
    assertEquals(
        List.of(
            new Replica.FallbackFor(first, primaries.get(0)),
            new Replica.Primary(primaries.get(1)),
            new Replica.FallbackFor(third, primaries.get(2))),
        list.among(node -> !down.contains(node)));
  }

  @Test
  void whereTooFewLiveTheListIsShort() {
    PreferenceList list = ring.preferenceList(new Partition(7));
    NodeId last = list.primaries().getLast();
    assertEquals(List.of(new Replica.Primary(last)), list.among(last::equals));
    assertEquals(List.of(), list.among(node -> false));
    assertEquals(last, new Replica.Primary(last).owner());
  }

  /** Or the nodes next to a lost one would carry all of its load, and perhaps follow it. */
  @Test
  void theLoadOfALostNodeFallsOnAllOthers() {
    NodeId lost = Rings.node(0);
    var load = new TreeMap<NodeId, Integer>();
    List<Partition> owned = ring.partitionsOf(lost);
    for (Partition partition : owned) {
      load.merge(ring.preferenceList(partition).fallbacks().iterator().next(), 1, Integer::sum);
    }
    assertEquals(11, load.size());
    double mean = owned.size() / 11.0;
    load.forEach(
        (node, count) -> assertTrue(count < 1.6 * mean, () -> count + " for a mean of " + mean));
  }

  @Test
  void everyNodeSharesPartitionsWithAllNodesOfOtherRacks() {
    for (RingMember member : ring.members()) {
      var partners = new HashSet<NodeId>();
      ring.partitionsOf(member.id()).forEach(p -> partners.addAll(ring.replicas(p)));
      assertEquals(9, partners.size());
    }
  }
}
