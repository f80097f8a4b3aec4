package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;

/** A node in the part that it plays for one partition (Dynamo 4.6). */
public sealed interface Replica {
  /** The node that is asked. */
  NodeId node();

  /** The primary whose copy this is: the node itself, or the one that it stands in for. */
  NodeId owner();

  /** One of the partition's own n replicas. */
  record Primary(NodeId node) implements Replica {
    @Override
    public NodeId owner() {
      return node;
    }
  }

  /** A node that keeps the copy of a primary that cannot be reached, and owes it to that one. */
  record FallbackFor(NodeId node, NodeId owner) implements Replica {}
}
