package io.flywheel.core.coordinate;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Reach.Scope;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Whether a request has reached the data centres that it has to: in each of them a majority of the
 * copies that stand there. A node that stands in for an owner counts where both of them stand:
 * elsewhere it is in nobody's way who asks the owners there, and for a data centre that is cut off
 * nobody outside can count. Where the key has no copy in the data centre that is asked for, a
 * majority of all copies is enough.
 */
final class Reached {
  private Reached() {}

  /** {@code ownerOf}: whose copy a node has. */
  static boolean by(
      Collection<NodeId> nodes,
      UnaryOperator<NodeId> ownerOf,
      List<NodeId> owners,
      Reach reach,
      Peers peers) {
    if (!reach.isByDatacenter()) {
      return true;
    }
    var copies = new TreeMap<String, Integer>();
    for (NodeId owner : owners) {
      copies.merge(peers.datacenter(owner), 1, Integer::sum);
    }
    var reached = new TreeMap<String, Integer>();
    for (NodeId node : nodes) {
      if (peers.areNear(node, ownerOf.apply(node))) {
        reached.merge(peers.datacenter(node), 1, Integer::sum);
      }
    }
    if (reach.scope() == Scope.LOCAL) {
      Integer here = copies.get(reach.datacenter());
      return here == null
          ? nodes.size() >= majority(owners.size())
          : reached.getOrDefault(reach.datacenter(), 0) >= majority(here);
    }
    for (var each : copies.entrySet()) {
      if (reached.getOrDefault(each.getKey(), 0) < majority(each.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static int majority(int copies) {
    return copies / 2 + 1;
  }
}
