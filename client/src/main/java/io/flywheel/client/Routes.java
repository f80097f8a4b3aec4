package io.flywheel.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/** The nodes to ask for the keys of each partition of one ring, worked out when first needed. */
final class Routes {
  private final Ring ring;
  private final Function<List<Ring.Member>, List<Node>> inOrder;
  private final AtomicReferenceArray<List<Node>> byPartition;

  Routes(Ring ring, Function<List<Ring.Member>, List<Node>> inOrder) {
    this.ring = ring;
    this.inOrder = inOrder;
    this.byPartition = new AtomicReferenceArray<>(ring.partitions());
  }

  boolean areOf(Ring other) {
    return ring == other;
  }

  List<Node> of(String namespace, byte[] key) {
    if (!ring.isKnown()) {
      return List.of();
    }
    int partition = ring.partition(namespace, key);
    List<Node> known = byPartition.get(partition);
    if (known == null) {
      known = inOrder.apply(ring.replicas(partition));
      byPartition.set(partition, known);
    }
    return known;
  }
}
