package io.flywheel.core.coordinate;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that may stand in for owners of a key, each offered once, in the order of the walk over
 * the ring; for each owner those in its data centre before others.
 */
final class StandIns {
  private final Peers peers;
  private final Iterator<NodeId> walk;

  /** In other data centres than those they were looked at for. */
  private final List<NodeId> passedOver = new ArrayList<>(0);

  StandIns(Peers peers, Iterator<NodeId> walk) {
    this.peers = peers;
    this.walk = walk;
  }

  /** The next one that is free; null where there is none. */
  @Nullable NodeId next(NodeId owner, Predicate<NodeId> free) {
    passedOver.removeIf(node -> !free.test(node));
    for (NodeId node : passedOver) {
      if (peers.areNear(node, owner)) {
        passedOver.remove(node);
        return node;
      }
    }
    while (walk.hasNext()) {
      NodeId node = walk.next();
      if (free.test(node)) {
        if (peers.areNear(node, owner)) {
          return node;
        }
        passedOver.add(node);
      }
    }
    return passedOver.isEmpty() ? null : passedOver.removeFirst();
  }
}
