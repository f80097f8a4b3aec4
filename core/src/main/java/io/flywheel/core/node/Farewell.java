package io.flywheel.core.node;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import org.jspecify.annotations.Nullable;

/** Whether a node has no place in its cluster any more, and why. */
enum Farewell {
  /** It is a member. */
  NONE(""),
  /** It goes by its own wish, when nobody needs it any more. */
  LEFT(""),
  REMOVED(
      "this node was removed from the cluster, and its identity never returns: to come back it"
          + " joins with an empty directory"),
  LOST(
      "an operator has said that this node is lost, so the others go on without it, and its"
          + " identity never returns: to come back it joins with an empty directory");

  private final String reason;

  Farewell(String reason) {
    this.reason = reason;
  }

  /** Why it stops; empty where it does not. */
  String reason() {
    return reason;
  }

  /** What the next cluster means for a node, which may be on its way out of the one before. */
  static Farewell of(NodeId self, @Nullable Cluster before, Cluster next, boolean departed) {
    if (next.lost().contains(self)) {
      return LOST;
    }
    if (next.member(self) != null) {
      return NONE;
    }
    return before != null && (departed || isLeaving(self, before)) ? LEFT : REMOVED;
  }

  private static boolean isLeaving(NodeId self, Cluster before) {
    var open = before.transition();
    return open != null && !open.undone() && open.change().takesOut(self);
  }
}
