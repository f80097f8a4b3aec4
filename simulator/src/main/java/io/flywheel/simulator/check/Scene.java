package io.flywheel.simulator.check;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Ring;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.workload.Lookout;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What checkers look at. */
public record Scene(
    SimulatedCluster cluster,
    ClusterSettings settings,
    History history,
    Evidence evidence,
    Findings findings) {

  /** The machines that own a key, by the newest ring; none before there is one. */
  public List<SimulatedMachine> primaries(Key key) {
    Ring ring = evidence.ring();
    var machines = new ArrayList<SimulatedMachine>();
    if (ring != null) {
      for (NodeId id : ring.replicas(ring.partition(key))) {
        for (var machine : cluster.machines()) {
          if (id.equals(machine.identity()) && !machine.isClone() && !machine.retired()) {
            machines.add(machine);
          }
        }
      }
    }
    return machines;
  }

  /** Whether a machine's identity belongs to the newest cluster. */
  boolean isMember(SimulatedMachine machine) {
    var newest = evidence.newest();
    var identity = machine.identity();
    return newest != null && identity != null && newest.member(identity) != null;
  }

  /** Whether a member is said to be lost. */
  boolean isLost(NodeId node) {
    var newest = evidence.newest();
    return newest != null && newest.lost().contains(node);
  }

  /** Whether a machine's identity never returns. */
  boolean isRemoved(SimulatedMachine machine) {
    var newest = evidence.newest();
    var identity = machine.identity();
    return newest != null && identity != null && newest.removed().contains(identity);
  }

  /**
   * Whether a machine is no member, or none of those who are read any more, and was not waited for.
   */
  boolean isGivenUp(SimulatedMachine machine) {
    var newest = evidence.newest();
    var identity = machine.identity();
    return newest != null
        && identity != null
        && !evidence.leaves(identity)
        && (isRemoved(machine) || !newest.ownership().ring().contains(identity));
  }

  /** Whether each machine in service runs a process that serves. */
  public boolean everybodyServes() {
    for (var machine : cluster.inService()) {
      var process = machine.process();
      if (process == null || !process.view().serving()) {
        return false;
      }
    }
    return true;
  }

  /** Whether nodes sync before they acknowledge. */
  boolean isDurable() {
    return cluster.machines().getFirst().config().durable();
  }

  /**
   * Whether it owns the key, before or after a change under way, also as who lags behind sees it.
   */
  boolean isPrimary(Key key, NodeId id) {
    return owns(evidence.newest(), key, id) || owns(evidence.previous(), key, id);
  }

  /** Whether it owns the key by the ring that its own disk has. */
  boolean isOwn(SimulatedMachine machine, Key key) {
    var cluster = Lookout.clusterOf(machine);
    var identity = machine.identity();
    return identity != null && owns(cluster, key, identity);
  }

  /** Whether it owns the key now and will when the change under way is over. */
  boolean isLastingOwner(Key key, NodeId id) {
    return isLasting(evidence.newest(), key, id) && isLasting(evidence.previous(), key, id);
  }

  /** How many copies there are of each key. */
  int copies() {
    var newest = evidence.newest();
    return newest == null ? settings().quorum().n() : newest.ring().n();
  }

  boolean ringHasChanged() {
    return evidence.ringHasChanged();
  }

  private static boolean isLasting(@Nullable Cluster cluster, Key key, NodeId id) {
    return cluster == null
        || cluster.ownership().lastingOwners(cluster.ring().partition(key)).contains(id);
  }

  private static boolean owns(@Nullable Cluster cluster, Key key, NodeId id) {
    return cluster != null && cluster.ownership().owns(id, cluster.ring().partition(key));
  }

  void violation(Class<?> checker, String text) {
    findings.add(checker.getSimpleName(), text);
  }

  /** Null where no key lies: a fault has brought something there. */
  static @Nullable Key keyAt(Bytes storageKey) {
    try {
      return StorageKey.keyOf(storageKey);
    } catch (MalformedException e) {
      return null;
    }
  }
}
