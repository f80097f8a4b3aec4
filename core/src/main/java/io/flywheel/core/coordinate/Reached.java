package io.flywheel.core.coordinate;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Reach.Scope;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Whether a request has reached the data centres that it has to: in each of them a majority of the
 * copies that stand there. A node counts for the data centre in which it stands, also one that
 * stands in for an owner elsewhere: who reads there next finds it. Where the key has no copy in the
 * data centre that is asked for, a majority of all copies is enough.
 */
final class Reached {
  private Reached() {}

  static boolean by(Collection<NodeId> nodes, List<NodeId> owners, Reach reach, Peers peers) {
    if (reach.scope() == Scope.ANYWHERE) {
      return true;
    }
    var copies = new TreeMap<String, Integer>();
    for (NodeId owner : owners) {
      copies.merge(peers.datacenter(owner), 1, Integer::sum);
    }
    if (reach.scope() == Scope.LOCAL) {
      Integer here = copies.get(reach.datacenter());
      return here == null
          ? nodes.size() >= majority(owners.size())
          : count(nodes, reach.datacenter(), peers) >= majority(here);
    }
    for (var each : copies.entrySet()) {
      if (count(nodes, each.getKey(), peers) < majority(each.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static int majority(int copies) {
    return copies / 2 + 1;
  }

  private static int count(Collection<NodeId> nodes, String datacenter, Peers peers) {
    int count = 0;
    for (NodeId node : nodes) {
      count += peers.datacenter(node).equals(datacenter) ? 1 : 0;
    }
    return count;
  }
}
