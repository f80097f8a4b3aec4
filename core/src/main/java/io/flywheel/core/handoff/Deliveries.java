package io.flywheel.core.handoff;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has been brought to those who take the place of an owner that is owed it, while the change
 * that takes its place may still be undone. Then it has to have it after all, so it stays owed.
 * Also what cannot be brought, as it cannot be read. Keys are remembered by their hashes.
 */
final class Deliveries {
  private final int partitions;
  private final Map<NodeId, Map<Integer, Set<Long>>> delivered = new HashMap<>();

  Deliveries(int partitions) {
    this.partitions = partitions;
  }

  /** Another change, or none, is under way. */
  void forget() {
    delivered.clear();
  }

  void add(NodeId creditor, Key key) {
    delivered
        .computeIfAbsent(creditor, _ -> new HashMap<>())
        .computeIfAbsent(Partition.of(key, partitions).index(), _ -> new HashSet<>())
        .add(key.hashHigh());
  }

  /** It is not owed any more. */
  void remove(NodeId creditor, Key key) {
    var inPartition = in(creditor, Partition.of(key, partitions).index());
    if (inPartition != null) {
      inPartition.remove(key.hashHigh());
    }
  }

  boolean contains(NodeId creditor, Key key) {
    var inPartition = in(creditor, Partition.of(key, partitions).index());
    return inPartition != null && inPartition.contains(key.hashHigh());
  }

  /** How many records of a partition that this owner is owed. */
  int count(NodeId creditor, int partition) {
    var inPartition = in(creditor, partition);
    return inPartition == null ? 0 : inPartition.size();
  }

  private @Nullable Set<Long> in(NodeId creditor, int partition) {
    var byPartition = delivered.get(creditor);
    return byPartition == null ? null : byPartition.get(partition);
  }
}
