package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Outcome.Explained;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When this node's copy of each partition was last seen to equal that of each other replica. A
 * partition is proven as of the oldest of these times: all of its replicas were equal to this one
 * since, if not all at the same moment. The time is that of asking. Stores that were on their way
 * to disk count: a crash here takes these times away with them, and one elsewhere is seen when the
 * two are compared next.
 *
 * <p>While the ring changes its replicas are all that have the whole of it; nothing is proven of
 * one that is yet to be brought here. What was proven of a replica stays, whatever others come.
 */
final class Proofs {
  private static final long NEVER = Long.MIN_VALUE;
  private static final long SUMMARY_MILLIS = 1_000;

  private final long startedMillis;
  private final @Nullable Times[] times;
  private Summary summary = Summary.NONE;

  /** When each owned partition was proven, with the replicas as these peers have them. */
  private final long[] provenAt;

  private @Nullable Peers provenWith;

  /**
   * Of all owned partitions: how long ago they were proven, or else the node started.
   *
   * @param never those that were not proven since the start
   */
  record Summary(long atMillis, long worstMillis, long medianMillis, int never, int owned) {
    static final Summary NONE = new Summary(0, 0, 0, 0, 0);
  }

  /** Of one partition: when each of these replicas was seen to have the same. */
  private static final class Times {
    private final List<NodeId> replicas;
    private final long[] millis;

    private Times(List<NodeId> replicas) {
      this.replicas = replicas;
      millis = new long[replicas.size()];
      Arrays.fill(millis, NEVER);
    }

    private long at(NodeId replica) {
      int place = replicas.indexOf(replica);
      return place < 0 ? NEVER : millis[place];
    }
  }

  Proofs(int partitions, long nowMillis) {
    startedMillis = nowMillis;
    times = new Times[partitions];
    provenAt = new long[partitions];
  }

  /** {@code replica} had the same at that time. */
  void equal(Peers peers, int partition, NodeId replica, long nowMillis) {
    var replicas = peers.ownership().holders(new Partition(partition));
    int place = replicas.indexOf(replica);
    if (place < 0 || !replicas.contains(peers.self())) {
      return;
    }
    var before = times[partition];
    var known = new Times(replicas);
    for (int i = 0; i < known.millis.length && before != null; i++) {
      known.millis[i] = before.at(replicas.get(i)); // the list may not be the one of last time
    }
    known.millis[place] = Math.max(known.millis[place], nowMillis);
    times[partition] = known;
    if (peers.equals(provenWith)) {
      provenAt[partition] = provenAt(peers, new Partition(partition));
    }
  }

  /** Whether this replica was seen to have the same at or after that time. */
  boolean isEqual(int partition, NodeId replica, long sinceMillis) {
    var known = times[partition];
    return known != null && known.at(replica) >= sinceMillis;
  }

  /** Owned partitions of which all other replicas have been seen to be equal since then. */
  int proven(Peers peers, long sinceMillis) {
    int proven = 0;
    for (Partition partition : peers.ownedPartitions()) {
      if (provenAt(peers, partition) >= sinceMillis) {
        proven++;
      }
    }
    return proven;
  }

  /** At most a second old: a node is looked at often, and looking at all partitions takes long. */
  Summary summary(Peers peers, long nowMillis) {
    if (!peers.equals(provenWith) || nowMillis - summary.atMillis >= SUMMARY_MILLIS) {
      summary = summaryNow(peers, nowMillis);
    }
    return summary;
  }

  private Summary summaryNow(Peers peers, long nowMillis) {
    var owned = peers.ownedPartitions();
    if (!peers.equals(provenWith)) {
      provenWith = peers;
      owned.forEach(partition -> provenAt[partition.index()] = provenAt(peers, partition));
    }
    int count = owned.size();
    var ages = new long[count];
    int never = 0;
    for (int i = 0; i < count; i++) {
      long at = provenAt[owned.get(i).index()];
      ages[i] = nowMillis - Math.max(startedMillis, at);
      never += at == NEVER ? 1 : 0;
    }
    Arrays.sort(ages);
    long worst = count == 0 ? 0 : ages[count - 1];
    long median = count == 0 ? 0 : ages[count / 2];
    return new Summary(nowMillis, worst, median, never, count);
  }

  /** How long ago an owned partition was proven; {@link Explained#UNPROVEN} for never. */
  long provenMillisAgo(Peers peers, Partition partition, long nowMillis) {
    long at = provenAt(peers, partition);
    return at == NEVER ? Explained.UNPROVEN : Math.max(0, nowMillis - at);
  }

  private long provenAt(Peers peers, Partition partition) {
    var replicas = peers.ownership().holders(partition);
    if (!replicas.contains(peers.self())) {
      return NEVER;
    }
    var known = times[partition.index()];
    long oldest = Long.MAX_VALUE; // where there is nobody to differ from
    for (NodeId replica : replicas) {
      if (!replica.equals(peers.self())) {
        oldest = known == null ? NEVER : Math.min(oldest, known.at(replica));
      }
    }
    return oldest;
  }
}
