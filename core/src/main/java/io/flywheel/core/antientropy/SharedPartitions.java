package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which partitions this node shares with each other replica, ascending. */
final class SharedPartitions {
  private @Nullable Ring ring;
  private final TreeMap<NodeId, List<Integer>> shared = new TreeMap<>();

  List<Integer> with(Peers peers, NodeId node) {
    return of(peers).getOrDefault(node, List.of());
  }

  @SuppressWarnings("ReferenceEquality") // a ring is immutable, and comparing two takes long
  NavigableMap<NodeId, List<Integer>> of(Peers peers) {
    if (ring != peers.ring()) {
      ring = peers.ring();
      shared.clear();
      for (Partition partition : peers.ownedPartitions()) {
        for (NodeId node : peers.ring().replicas(partition)) {
          if (!node.equals(peers.self())) {
            shared.computeIfAbsent(node, _ -> new ArrayList<>()).add(partition.index());
          }
        }
      }
    }
    return Collections.unmodifiableNavigableMap(shared);
  }
}
