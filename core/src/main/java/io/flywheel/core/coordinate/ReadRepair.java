package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sends what a get has merged to the replicas that were found stale, after the get was answered. It
 * never fails or delays a get: no reply is awaited. One repair a key every {@value #SPACING_MILLIS}
 * milliseconds, so that a hot stale key is not repaired by each of its readers, and so many keys at
 * most.
 */
public final class ReadRepair {
  private static final long SPACING_MILLIS = 100;
  private static final int MAX_KEYS = 1024;

  private final LocalReplica replica;
  private final Schedule schedule;
  private final Set<Key> recent = new HashSet<>();
  private long repairs;

  public ReadRepair(LocalReplica replica, Schedule schedule) {
    this.replica = replica;
    this.schedule = schedule;
  }

  /** Stale replicas that were sent the newer state since the start. */
  public long repairs() {
    return repairs;
  }

  /** {@code era} is the label of {@code merged}. */
  void repair(Peers peers, Key key, Siblings merged, long era, List<NodeId> stale) {
    if (recent.size() >= MAX_KEYS || !recent.add(key)) {
      return;
    }
    var receivers = new ArrayList<>(stale);
    if (peers.ownersBeside(key) != null) {
      // What is shown now must not be missing when other owners are read.
      var readers = peers.readers(key);
      peers.writers(key).stream().filter(it -> !readers.contains(it)).forEach(receivers::add);
    }
    schedule.at(schedule.monotonicMillis() + SPACING_MILLIS, _ -> recent.remove(key), 0);
    var record = SiblingsCodec.encode(key, merged);
    for (NodeId node : receivers) {
      repairs++;
      if (node.equals(peers.self())) {
        replica.merge(key, merged, era, null, Merger.NOBODY);
      } else {
        peers.send(node, new ReplicaPut(0, key, era, null, record));
      }
    }
  }
}
