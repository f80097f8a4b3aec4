package io.flywheel.simulator.check;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ring;
import io.flywheel.simulator.workload.History;
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

  /** The machines that own a key, by the ring that the cluster was formed with; none before. */
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

  boolean isPrimary(Key key, NodeId id) {
    Ring ring = evidence.ring();
    return ring != null && ring.owns(id, ring.partition(key));
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
