package io.flywheel.simulator.world;

import java.util.SplittableRandom;

/** Cuts links, and mends them again after a while. */
final class NetworkFaults {
  private final SimulatedCluster cluster;
  private final SplittableRandom random;

  NetworkFaults(SimulatedCluster cluster, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  boolean inject(Fault fault, SimulatedMachine machine) {
    var machines = cluster.machines();
    var other = machines.get(random.nextInt(machines.size()));
    if (other == machine) {
      return false;
    }
    switch (fault) {
      case CUT -> {
        cut(machine, other);
        cut(other, machine);
      }
      case ONE_WAY_CUT -> cut(machine, other);
      case SPLIT -> split();
      default -> cluster.network().reset();
    }
    return true;
  }

  private void split() {
    long group = random.nextLong();
    for (var from : cluster.machines()) {
      for (var to : cluster.machines()) {
        if ((group >> from.index() & 1) != (group >> to.index() & 1)) {
          cut(from, to);
        }
      }
    }
  }

  private void cut(SimulatedMachine from, SimulatedMachine to) {
    cluster.network().cut(from, to);
    long duration = random.nextInt(3) == 0 ? 15_000_000 : 2_000_000;
    cluster.events().after(random.nextLong(duration), () -> cluster.network().mend(from, to));
  }

  void mend() {
    for (var from : cluster.machines()) {
      for (var to : cluster.machines()) {
        cluster.network().mend(from, to);
      }
    }
  }
}
