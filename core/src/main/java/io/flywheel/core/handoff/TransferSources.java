package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From whom a partition is fetched.
 *
 * <p>An acknowledged write may be on just w of the owners, or on fewer where its client asked for
 * that, so which of them a new owner copies decides how many copies there will be (Riak and
 * Cassandra have both lost writes by copying anybody). It copies the very owner whose place it
 * takes: then as many owners after the change have each write as before, in each data centre, too.
 * One that is away is waited for, also one that leaves: all others together may not have what it
 * has. Where it never comes back, all other owners are merged, and are waited for: any of them may
 * be the only one left to have a write. As no change ends without them, that costs nothing.
 *
 * <p>Where the number of copies changes nobody takes another's place. Who gains a partition merges
 * what all owners have; and who keeps it, while others give it up, gets what these have and it does
 * not. So a write that was on any owner who goes is on all who are left.
 */
final class TransferSources {
  private TransferSources() {}

  /**
   * Those of whose copies everything is needed, the best first; null while too few of them live.
   */
  static @Nullable List<NodeId> of(Peers peers, Partition partition, long nowMillis) {
    if (peers.ownership().replicationChanges()) {
      return whereCopiesChange(peers, partition, nowMillis);
    }
    var replaced = replaced(peers, partition);
    if (replaced != null && peers.isAlive(replaced, nowMillis)) {
      return List.of(replaced);
    }
    var all = living(peers, partition, nowMillis);
    if (all != null && !all.isEmpty()) {
      // Those who lose other partitions, too, should not all be asked for the first of their list.
      Collections.rotate(all, -(partition.index() % all.size()));
    }
    return all;
  }

  private static @Nullable List<NodeId> whereCopiesChange(
      Peers peers, Partition partition, long nowMillis) {
    var ownership = peers.ownership();
    var sources = new ArrayList<NodeId>(ownership.ownersBefore(partition));
    if (sources.contains(peers.self())) {
      sources.removeAll(ownership.ownersAfter(partition));
    }
    sources.removeIf(peers::isLost);
    if (peers.countAlive(sources, nowMillis) < sources.size()) {
      return null;
    }
    if (!sources.isEmpty()) {
      Collections.rotate(sources, -(partition.index() % sources.size()));
    }
    return sources;
  }

  /**
   * The other owners before the change, but who never comes back; null while not all of them live.
   * What one has lost may be with any other alone.
   */
  static @Nullable List<NodeId> living(Peers peers, Partition partition, long nowMillis) {
    var left = new ArrayList<NodeId>(peers.ownership().ownersBefore(partition));
    left.removeIf(node -> node.equals(peers.self()) || peers.isDismissed(node, nowMillis));
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
