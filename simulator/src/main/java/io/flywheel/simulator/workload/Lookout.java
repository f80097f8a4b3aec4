package io.flywheel.simulator.workload;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.node.Standing;
import io.flywheel.core.ring.Cluster;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What operators can see of a cluster. */
public final class Lookout {
  private final SimulatedCluster cluster;
  private final SplittableRandom random;

  Lookout(SimulatedCluster cluster, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  /** The newest cluster that a disk has. */
  @Nullable Cluster newest() {
    Cluster newest = null;
    for (var machine : cluster.inService()) {
      var found = clusterOf(machine);
      if (found != null && (newest == null || found.epoch() > newest.epoch())) {
        newest = found;
      }
    }
    return newest;
  }

  /** The cluster that a machine's disk has. */
  public static @Nullable Cluster clusterOf(SimulatedMachine machine) {
    var record = machine.disk().durable(Table.METADATA).get(StorageKey.CLUSTER);
    try {
      return record == null ? null : Cluster.decode(record);
    } catch (MalformedException e) {
      throw new IllegalStateException("a node stored a damaged cluster", e);
    }
  }

  /** Whether all that a machine was told to turn to have left by now. */
  boolean knowsNobody(SimulatedMachine machine) {
    var known = new ArrayList<>(machine.config().seeds());
    var stored = clusterOf(machine);
    if (stored != null) {
      stored.members().forEach(member -> known.add(member.peerAddress()));
    }
    return cluster.inService().stream().noneMatch(other -> known.contains(other.address()));
  }

  /** Some member that runs. */
  @Nullable SimulatedProcess anyMember() {
    return anyMember(-1);
  }

  /** One of those whose bit is set. */
  @Nullable SimulatedProcess anyMember(long group) {
    var members = new ArrayList<SimulatedProcess>();
    for (var machine : cluster.inService()) {
      var process = machine.process();
      if (process != null
          && (group >> machine.index() & 1) == 1
          && process.view().changes().standing() == Standing.MEMBER) {
        members.add(process);
      }
    }
    return members.isEmpty() ? null : members.get(random.nextInt(members.size()));
  }
}
