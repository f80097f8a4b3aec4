package io.flywheel.core.node;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.RingChange;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** What an epoch brings, in a few words for the log. */
final class EpochText {
  private EpochText() {}

  /**
   * @param before the cluster that this node has acted on until now; null for none
   */
  static String of(@Nullable Cluster before, Cluster next) {
    var open = next.transition();
    if (open != null) {
      String change =
          switch (open.change()) {
            case RingChange.Add(var member) -> "joining of " + name(next, member.id());
            case RingChange.Remove(var node) -> "removal of " + name(next, node);
            case RingChange.Leave(var node) -> "leaving of " + name(next, node);
            case RingChange.Replace(var old, var by) ->
                "replacement of " + name(next, old) + " by " + name(next, by.id());
            case RingChange.Reweigh(var node, var weight) ->
                "weight " + weight + " of " + name(next, node);
            case RingChange.Replicate(var replication) ->
                "copies of each key become " + replication;
          };
      return change + (open.undone() ? " is undone" : ", phase " + open.phase());
    }
    var brings = new ArrayList<String>();
    brings.add(next.members().size() + " members");
    if (before != null) {
      if (!next.ring().replication().equals(before.ring().replication())) {
        brings.add("copies of each key: " + next.ring().replication());
      }
      for (var namespace : next.records().namespaces().values()) {
        if (!namespace.equals(before.records().namespace(namespace.name()))) {
          brings.add("namespace " + namespace.name());
        }
      }
      if (!next.records().limits().equals(before.records().limits())) {
        brings.add(next.records().limits().toString());
      }
    }
    return String.join(", ", brings);
  }

  private static String name(Cluster next, NodeId node) {
    var member = next.member(node);
    return member == null ? node.toString() : member.name();
  }
}
