package io.flywheel.core.coordinate;

import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Collects what replicas hold, and decides when it is enough to answer from. */
final class GetTally {
  private final List<NodeId> primaries;
  private final int r;
  private final int pr;
  private final Conflicts conflicts;
  private final TreeMap<NodeId, Siblings> answers = new TreeMap<>();
  private int answeredPrimaries;
  private long era = Long.MAX_VALUE;

  /**
   * Nothing is collected yet.
   *
   * @param r nodes that must answer
   * @param pr how many of them must be primaries
   */
  GetTally(List<NodeId> primaries, int r, int pr, Conflicts conflicts) {
    this.primaries = primaries;
    this.r = r;
    this.pr = pr;
    this.conflicts = conflicts;
  }

  boolean isFor(int nodes, int ofThemPrimaries) {
    return r == nodes && pr == ofThemPrimaries;
  }

  void record(NodeId node, Siblings siblings, long label) {
    if (answers.putIfAbsent(node, siblings) == null) {
      answeredPrimaries += primaries.contains(node) ? 1 : 0;
      era = Math.min(era, label);
    }
  }

  boolean enough() {
    return answers.size() >= r && answeredPrimaries >= pr;
  }

  /** Whether so many primaries are too few. */
  boolean lacksPrimaries(int left) {
    return left < pr;
  }

  int primaries() {
    return answeredPrimaries;
  }

  int fallbacks() {
    return answers.size() - answeredPrimaries;
  }

  /** The label of what was merged: that of its oldest part. */
  long era() {
    return era;
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

  /** Primaries whose state is not the merged one. */
  List<NodeId> stale(Siblings merged) {
    var stale = new ArrayList<NodeId>(0);
    answers.forEach(
        (node, siblings) -> {
          if (primaries.contains(node) && !siblings.equals(merged)) {
            stale.add(node);
          }
        });
    return stale;
  }
}
