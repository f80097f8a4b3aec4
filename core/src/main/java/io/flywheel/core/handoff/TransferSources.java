package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From whom a partition is fetched.
 *
 * <p>An acknowledged write may be on just w of the owners, so which of them a new owner copies
 * decides how many copies there will be (Riak and Cassandra have both lost writes by copying
 * anybody). Where it copies the very owner whose place it takes, as many owners after the change
 * have each write as before. Where that one does not live, every write that it had is on w - 1 of
 * the others at least, and so many of these are asked that one of them has it: n - w + 1. Where so
 * many are lost that fewer are left, all who are left are asked: what they do not have is gone.
 */
final class TransferSources {
  private TransferSources() {}

  /**
   * Those of whose copies everything is needed, the best first; null while too few of them live.
   */
  static @Nullable List<NodeId> of(
      Peers peers, Partition partition, Quorum quorum, long nowMillis) {
    var before = peers.ownership().ownersBefore(partition);
    var replaced = replaced(peers, partition);
    if (replaced != null && peers.isAlive(replaced, nowMillis)) {
      return List.of(replaced);
    }
    var others = new ArrayList<NodeId>(before);
    if (replaced != null) {
      others.remove(replaced);
    }
    others.removeIf(peers::isLost);
    int needed = Math.min(before.size() - quorum.w() + 1, others.size());
    if (needed == 0 && (replaced == null || !peers.isDismissed(replaced, nowMillis))) {
      return null; // nobody else has anything: it has to come back
    }
    others.removeIf(node -> !peers.isAlive(node, nowMillis));
    if (others.size() < needed) {
      return null;
    }
    // Those who lose other partitions, too, should not all be asked for the first of their list.
    int turn = others.isEmpty() ? 0 : partition.index() % others.size();
    var sources = new ArrayList<NodeId>(others.subList(turn, others.size()));
    sources.addAll(others.subList(0, turn));
    return sources;
  }

  /**
   * The owners before the change, but who never comes back; null while not all of them live. What
   * one has lost may be with any other alone.
   */
  static @Nullable List<NodeId> living(Peers peers, Partition partition, long nowMillis) {
    var left = new ArrayList<NodeId>(peers.ownership().ownersBefore(partition));
    left.removeIf(node -> peers.isDismissed(node, nowMillis));
    return peers.countAlive(left, nowMillis) == left.size() ? left : null;
  }

  /** The owner before the change whose place this node takes; null where there is none. */
  private static @Nullable NodeId replaced(Peers peers, Partition partition) {
    var before = peers.ownership().ownersBefore(partition);
    var after = peers.ownership().ownersAfter(partition);
    var going = new ArrayList<NodeId>(before);
    going.removeAll(after);
    var coming = new ArrayList<NodeId>(after);
    coming.removeAll(before);
    int place = coming.indexOf(peers.self());
    return place >= 0 && place < going.size() ? going.get(place) : null;
  }
}
