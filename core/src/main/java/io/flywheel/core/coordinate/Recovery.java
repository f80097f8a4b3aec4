package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Outcome.Holding;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gets back from the other replicas what this one lost of a key.
 *
 * <p>An unreadable record stays unavailable until <em>every</em> other replica has said what it
 * holds: a write that this node acknowledged may have its only other copy on any of them, and to
 * answer without it would break R + W > N. So may the nodes that stand in for replicas that were
 * away: those of them that live are asked, and waited for, too. One that can speak of a closed era
 * only has nothing to add. While the ring changes the replicas are those that are read: they have
 * all that was acknowledged, as others need not yet, or not any more. Where there is no other
 * replica there is nothing to recover from, and the key stays unreadable rather than absent.
 */
public final class Recovery {
  private static final long PATIENCE_MILLIS = 2_000;
  private static final int MAX_KEYS = 256;

  /** As far as a put goes that finds others refusing, and in small clusters everybody. */
  private static final int STAND_INS_PER_COPY = 2;

  private final LocalReplica replica;
  private final Census census;
  private final Schedule schedule;
  private final Supplier<RecordSettings> inForce;
  private final Set<Key> underWay = new HashSet<>();

  public Recovery(
      LocalReplica replica, Census census, Schedule schedule, Supplier<RecordSettings> inForce) {
    this.replica = replica;
    this.census = census;
    this.schedule = schedule;
    this.inForce = inForce;
  }

  /** The record here is there and cannot be read. */
  public void unreadable(Peers peers, Key key) {
    fetch(peers, key, true);
  }

  /** The record here can be read, and lacks something that was here. */
  public void incomplete(Peers peers, Key key) {
    fetch(peers, key, false);
  }

  private void fetch(Peers peers, Key key, boolean unreadable) {
    var others = others(peers, key);
    if (others.isEmpty()) {
      return;
    }
    others.addAll(standIns(peers, key));
    if (underWay.size() >= MAX_KEYS || !underWay.add(key)) {
      return;
    }
    long deadline = schedule.monotonicMillis() + PATIENCE_MILLIS;
    census.take(
        peers,
        key,
        others,
        deadline,
        holdings -> {
          boolean complete = recover(key, holdings, unreadable);
          if (complete) {
            underWay.remove(key);
          } else {
            // Else two damaged replicas would set each other off as fast as they can ask.
            schedule.at(schedule.monotonicMillis() + PATIENCE_MILLIS, _ -> underWay.remove(key), 0);
          }
        });
  }

  /**
   * Those who are read; where one of them is gone for good, everybody who is to own the key. One
   * that only loses the key is waited for: it may have the other copy.
   */
  private List<NodeId> others(Peers peers, Key key) {
    long now = schedule.monotonicMillis();
    var others = new ArrayList<NodeId>(peers.readers(key));
    if (others.removeIf(node -> peers.isDismissed(node, now))) {
      others.clear();
      others.addAll(peers.writers(key));
      others.removeIf(node -> peers.isDismissed(node, now));
    }
    others.remove(peers.self());
    return others;
  }

  private List<NodeId> standIns(Peers peers, Key key) {
    var standIns = new ArrayList<NodeId>();
    var fallbacks = peers.fallbacks(key);
    int most = STAND_INS_PER_COPY * peers.readers(key).size();
    while (standIns.size() < most && fallbacks.hasNext()) {
      var next = fallbacks.next();
      if (!next.equals(peers.self()) && peers.isAlive(next, schedule.monotonicMillis())) {
        standIns.add(next);
      }
    }
    return standIns;
  }

  /** Whether all others have said what they hold. */
  private boolean recover(Key key, List<Holding> holdings, boolean unreadable) {
    var namespace = inForce.get().namespace(key.namespace());
    if (namespace == null) {
      return false;
    }
    var merged = Siblings.NONE;
    long era = Long.MAX_VALUE;
    boolean complete = true;
    for (Holding holding : holdings) {
      var siblings = holding.siblings();
      if (siblings == null) {
        complete = false;
      } else if (holding.era() != Eras.NEVER) {
        merged = merged.merge(siblings, namespace.conflicts());
        era = Math.min(era, holding.era());
      }
    }
    if (!unreadable) {
      replica.merge(key, merged, era, null, Merger.NOBODY);
    } else if (complete) {
      replica.restore(key, merged, era, Merger.NOBODY);
    }
    return complete;
  }
}
