package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Outcome.Holding;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.version.Sibling;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/**
 * Decides which of several values of one write is the one that was written. No dot is minted twice,
 * so where replicas hold one dot with different values a record decayed and its checksum is right
 * all the same, as when a bit flips in memory before it is written.
 *
 * <p>Merging must not decide this, or the wrong value would spread with every message: a replica
 * keeps its own until it has asked all. What more replicas hold than anything else is right; of
 * equally many the greater by content, so that all decide alike. While somebody is silent only a
 * majority of all decides. Each replica corrects its own copy and nobody else's. While the ring
 * changes only those that are read have a say: a copy that was just made of another is no witness.
 * Who is yet to be read follows them before it is: later it would be a witness with a wrong value,
 * and the right ones that others had may be gone.
 */
public final class Arbitration {
  private static final long PATIENCE_MILLIS = 2_000;
  private static final int MAX_KEYS = 256;

  private final LocalReplica replica;
  private final Census census;
  private final Schedule schedule;
  private final Set<Key> underWay = new HashSet<>();

  public Arbitration(LocalReplica replica, Census census, Schedule schedule) {
    this.replica = replica;
    this.census = census;
    this.schedule = schedule;
  }

  /** Another replica holds a write of this key with another value. */
  public void contradicted(Peers peers, Key key) {
    if (underWay.size() >= MAX_KEYS || !underWay.add(key)) {
      return;
    }
    long deadline = schedule.monotonicMillis() + PATIENCE_MILLIS;
    census.take(
        peers, key, withSelf(peers, key), deadline, holdings -> decide(peers, key, holdings));
    // Others may need time to correct theirs; whoever compares comes back to it.
    schedule.at(deadline, _ -> underWay.remove(key), 0);
  }

  /** Those that have a say, and this node, whose copy it is about. */
  private static List<NodeId> withSelf(Peers peers, Key key) {
    var nodes = new ArrayList<>(peers.readers(key));
    if (!nodes.contains(peers.self())) {
      nodes.add(peers.self());
    }
    return nodes;
  }

  private void decide(Peers peers, Key key, List<Holding> holdings) {
    var readers = peers.readers(key);
    var words = holdings.stream().filter(it -> readers.contains(it.node())).toList();
    var right = new ArrayList<Sibling>();
    for (Holding holding : holdings) {
      var state = holding.siblings();
      if (holding.node().equals(peers.self()) && state != null) {
        for (Sibling own : state.living()) {
          var agreed = agreed(own, words);
          if (!agreed.equals(own)) {
            right.add(agreed);
          }
        }
      }
    }
    if (!right.isEmpty()) {
      replica.correct(key, right);
    }
  }

  /** What a write's value is by the word of all; the own one while that is undecided. */
  static Sibling agreed(Sibling own, List<Holding> holdings) {
    var votes = new LinkedHashMap<Sibling, Integer>();
    boolean complete = true;
    for (Holding holding : holdings) {
      var state = holding.siblings();
      complete &= state != null;
      if (state != null) {
        for (Sibling sibling : state.living()) {
          if (sibling.dot().equals(own.dot())) {
            votes.merge(sibling, 1, Integer::sum);
          }
        }
      }
    }
    var best = own;
    int most = 0;
    for (var vote : votes.entrySet()) {
      boolean ahead = vote.getValue() > most;
      boolean even = vote.getValue() == most;
      if (ahead || (even && Sibling.either(best, vote.getKey()).equals(vote.getKey()))) {
        best = vote.getKey();
        most = vote.getValue();
      }
    }
    return complete || 2 * most > holdings.size() ? best : own;
  }
}
