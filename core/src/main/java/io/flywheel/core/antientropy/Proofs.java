package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Outcome.Explained;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.Arrays;

/**
 * When this node's copy of each partition was last seen to equal that of each other replica. A
 * partition is proven as of the oldest of these times: all of its replicas were equal to this one
 * since, if not all at the same moment. The time is that of asking. Stores that were on their way
 * to disk count: a crash here takes these times away with them, and one elsewhere is seen when the
 * two are compared next.
 */
final class Proofs {
  private static final long NEVER = Long.MIN_VALUE;

  private final long startedMillis;

  /** For each partition the times by the other replica's place in its list; null for never. */
  private final long[][] times;

  Proofs(int partitions, long nowMillis) {
    startedMillis = nowMillis;
    times = new long[partitions][];
  }

  /** {@code replica} had the same at that time. */
  void equal(Peers peers, int partition, NodeId replica, long nowMillis) {
    var replicas = peers.ring().replicas(new Partition(partition));
    int place = replicas.indexOf(replica);
    if (place < 0 || !replicas.contains(peers.self())) {
      return;
    }
    if (times[partition] == null) {
      times[partition] = new long[replicas.size()];
      Arrays.fill(times[partition], NEVER);
    }
    times[partition][place] = Math.max(times[partition][place], nowMillis);
  }

  /** Whether this replica was seen to have the same at or after that time. */
  boolean isEqual(Peers peers, int partition, NodeId replica, long sinceMillis) {
    int place = peers.ring().replicas(new Partition(partition)).indexOf(replica);
    return place >= 0 && times[partition] != null && times[partition][place] >= sinceMillis;
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

  /** For each owned partition, ascending, how long ago it was proven, or else the node started. */
  long[] agesMillis(Peers peers, long nowMillis) {
    long[] ages =
        peers.ownedPartitions().stream()
            .mapToLong(partition -> nowMillis - Math.max(startedMillis, provenAt(peers, partition)))
            .sorted()
            .toArray();
    return ages;
  }

  /** How long ago an owned partition was proven; {@link Explained#UNPROVEN} for never. */
  long provenMillisAgo(Peers peers, Partition partition, long nowMillis) {
    long at = provenAt(peers, partition);
    if (at == NEVER || !peers.ring().owns(peers.self(), partition)) {
      return Explained.UNPROVEN;
    }
    return Math.max(0, nowMillis - at);
  }

  private long provenAt(Peers peers, Partition partition) {
    var replicas = peers.ring().replicas(partition);
    if (replicas.size() <= 1) {
      return Long.MAX_VALUE; // nobody to differ from
    }
    if (times[partition.index()] == null) {
      return NEVER;
    }
    long oldest = Long.MAX_VALUE;
    for (int place = 0; place < replicas.size(); place++) {
      if (!replicas.get(place).equals(peers.self())) {
        oldest = Math.min(oldest, times[partition.index()][place]);
      }
    }
    return oldest;
  }
}
