package io.flywheel.core.coordinate;

import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Collects what replicas hold, and decides when it is enough to answer from. */
final class GetTally {
  private final int needed;
  private final Conflicts conflicts;
  private final TreeMap<NodeId, Siblings> answers = new TreeMap<>();

  GetTally(int needed, Conflicts conflicts) {
    this.needed = needed;
    this.conflicts = conflicts;
  }

  void record(NodeId node, Siblings siblings) {
    answers.putIfAbsent(node, siblings);
  }

  boolean enough() {
    return answers.size() >= needed;
  }

  List<NodeId> answered() {
    return new ArrayList<>(answers.keySet());
  }

  Siblings merged() {
    var merged = Siblings.NONE;
    for (Siblings siblings : answers.values()) {
      merged = merged.merge(siblings, conflicts);
    }
    return merged;
  }

  /** Those whose state is not the merged one. */
  List<NodeId> stale(Siblings merged) {
    var stale = new ArrayList<NodeId>(0);
    answers.forEach(
        (node, siblings) -> {
          if (!siblings.equals(merged)) {
            stale.add(node);
          }
        });
    return stale;
  }
}
