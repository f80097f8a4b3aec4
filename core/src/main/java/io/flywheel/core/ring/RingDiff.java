package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What moves between two rings: the partitions whose set of replicas differs, ascending. Who merely
 * changes places within a list moves nothing and is not in it.
 *
 * @param copies how many copies of partitions move in all
 */
public record RingDiff(List<Moved> moved, int copies) {
  /**
   * A partition that changes hands. There are as many gained as lost, and each node gained takes
   * over from the one lost at the same index: streaming from that one keeps every quorum whole. But
   * where the number of copies changes nobody takes over from anybody, and there may be more of
   * either.
   */
  public record Moved(Partition partition, List<NodeId> gained, List<NodeId> lost) {}

  public static RingDiff between(Ring before, Ring after) {
    if (before.partitions() != after.partitions()) {
      throw new IllegalArgumentException(before + " and " + after + " cannot be compared");
    }
    var moved = new ArrayList<Moved>();
    int copies = 0;
    for (Partition partition : Partition.listOf(before.changed(after))) {
      List<NodeId> old = before.replicas(partition);
      List<NodeId> now = after.replicas(partition);
      List<NodeId> gained = without(now, old);
      moved.add(new Moved(partition, gained, without(old, now)));
      copies += gained.size();
    }
    return new RingDiff(Collections.unmodifiableList(moved), copies);
  }

  /** The partitions that {@code node} must receive, ascending. */
  public List<Partition> gainedBy(NodeId node) {
    return moved.stream().filter(m -> m.gained().contains(node)).map(Moved::partition).toList();
  }

  /** The partitions that {@code node} gives up, ascending. */
  public List<Partition> lostBy(NodeId node) {
    return moved.stream().filter(m -> m.lost().contains(node)).map(Moved::partition).toList();
  }

  private static List<NodeId> without(List<NodeId> nodes, List<NodeId> others) {
    var left = new ArrayList<>(nodes);
    left.removeAll(others);
    return List.copyOf(left);
  }
}
