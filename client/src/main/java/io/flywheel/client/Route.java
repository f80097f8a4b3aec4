package io.flywheel.client;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * In which order the nodes are asked for one key: its replicas, those that are said to live first,
 * then any other node, because every node answers for every key.
 *
 * @param others all nodes; rarely needed
 */
record Route(List<Node> replicas, Supplier<List<Node>> others) {
  /**
   * The next node to ask, or null.
   *
   * @param notThese who has been asked
   */
  @Nullable Node next(List<Node> notThese, long nowNanos) {
    Node replica = allowed(replicas, notThese, nowNanos);
    return replica != null ? replica : allowed(others.get(), notThese, nowNanos);
  }

  private static @Nullable Node allowed(List<Node> nodes, List<Node> notThese, long nowNanos) {
    for (Node node : nodes) {
      if (!notThese.contains(node) && node.circuit().allows(nowNanos)) {
        return node;
      }
    }
    return null;
  }

  /** Whom to ask where no circuit allows it: a node that seems dead is better than none. */
  @Nullable Node any() {
    List<Node> all = replicas.isEmpty() ? others.get() : replicas;
    return all.isEmpty() ? null : all.get(0);
  }
}
