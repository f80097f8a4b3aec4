package io.flywheel.core.coordinate;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects what replicas hold, and decides when it is enough to answer from. */
final class GetTally {
  private final Key key;
  private final List<NodeId> primaries;
  private final int r;
  private final int pr;
  private final Reach reach;
  private final Peers peers;
  private final Conflicts conflicts;

  /** Whom those stand in for that did so from the beginning. */
  private final TreeMap<NodeId, NodeId> standIns = new TreeMap<>();

  private final TreeMap<NodeId, Siblings> answers = new TreeMap<>();
  private int answeredPrimaries;
  private long era = Long.MAX_VALUE;

  /** What one replica holds, as it lies on its disk. Others nearly always hold just the same. */
  private @Nullable Bytes record;

  private Siblings recorded = Siblings.NONE;

  /**
   * Nothing is collected yet.
   *
   * @param r nodes that must answer
   * @param pr how many of them must be primaries
   * @param reach the data centres of which a quorum must answer
   */
  GetTally(Peers peers, Key key, int r, int pr, Reach reach, Conflicts conflicts) {
    this.key = key;
    this.primaries = peers.readers(key);
    this.r = r;
    this.pr = pr;
    this.reach = reach;
    this.peers = peers;
    this.conflicts = conflicts;
  }

  boolean isFor(int nodes, int ofThemPrimaries, Reach reached) {
    return r == nodes && pr == ofThemPrimaries && reach.equals(reached);
  }

  /** Takes note of whom nodes stand in for; whether all of these could be enough. */
  boolean couldReachBy(List<Replica> replicas) {
    for (Replica part : replicas) {
      if (part instanceof Replica.FallbackFor) {
        standIns.put(part.node(), part.owner());
      }
    }
    return couldReach(replicas.stream().map(Replica::node).toList());
  }

  /** Whether these could be quorums where they are asked for. */
  boolean couldReach(Collection<NodeId> nodes) {
    return isAnywhere() || Reached.by(nodes, this::ownerOf, primaries, reach, peers);
  }

  private NodeId ownerOf(NodeId node) {
    return standIns.getOrDefault(node, node);
  }

  /** Whether it does not matter in which data centres nodes answer. */
  boolean isAnywhere() {
    return !reach.isByDatacenter();
  }

  /** What it takes, for who did not get it. */
  String required() {
    return "R is "
        + r
        + (pr > 0 ? ", PR " + pr : "")
        + (isAnywhere() ? "" : ", and it takes " + reach);
  }

  /** {@code encoded} is a record that holds this. */
  void knows(@Nullable Bytes encoded, Siblings siblings) {
    record = encoded;
    recorded = siblings;
  }

  /** What a replica's record holds, without reading it where another one's had the same bytes. */
  Siblings decode(Bytes encoded) throws MalformedException {
    if (record == null || !encoded.equals(record)) {
      knows(encoded, SiblingsCodec.decode(key, encoded));
    }
    return recorded;
  }

  void record(NodeId node, Siblings siblings, long label) {
    if (answers.putIfAbsent(node, siblings) == null) {
      answeredPrimaries += primaries.contains(node) ? 1 : 0;
      era = Math.min(era, label);
    }
  }

  boolean enough() {
    return answers.size() >= r && answeredPrimaries >= pr && couldReach(answers.keySet());
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
