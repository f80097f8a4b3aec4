package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ownership;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions this node shares with each other replica, ascending. While the ring changes
 * these are those of which both have all: to compare with a node that is yet to be filled would
 * find nothing but what is on its way.
 */
final class SharedPartitions {
  private @Nullable Ownership ownership;
  private final TreeMap<NodeId, List<Integer>> shared = new TreeMap<>();

  List<Integer> with(Peers peers, NodeId node) {
    return of(peers).getOrDefault(node, List.of());
  }

  @SuppressWarnings("ReferenceEquality") // it is immutable, and comparing two rings takes long
  NavigableMap<NodeId, List<Integer>> of(Peers peers) {
    if (ownership != peers.ownership()) {
      ownership = peers.ownership();
      shared.clear();
      for (Partition partition : peers.ownedPartitions()) {
        var holders = ownership.holders(partition);
        boolean holds = holders.contains(peers.self());
        for (NodeId node : holders) {
          if (holds && !node.equals(peers.self())) {
            shared.computeIfAbsent(node, _ -> new ArrayList<>()).add(partition.index());
          }
        }
      }
    }
    return Collections.unmodifiableNavigableMap(shared);
  }
}
