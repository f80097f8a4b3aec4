package io.flywheel.simulator.world;

import java.util.List;

/**
 * What makes a machine neither well nor dead (Huang et al., 'Gray Failure: The Achilles' Heel of
 * Cloud-Scale Systems', 2017), so that it goes on for a while before anybody can be sure.
 */
public enum GrayFailure {
  /** Its disk takes a second for everything. */
  CRAWLING_DISK,
  /** Its process does not run. */
  PAUSE,
  /** It hears nobody, and speaks. */
  DEAF,
  /** It hears everybody, and nobody hears it. */
  MUTE;

  private static final int CRAWLING_FACTOR = 5_000;

  public void befall(SimulatedCluster cluster, SimulatedMachine machine) {
    var process = machine.process();
    switch (this) {
      case CRAWLING_DISK -> machine.slowDown(CRAWLING_FACTOR);
      case PAUSE -> {
        if (process != null) {
          process.pause();
        }
      }
      case DEAF -> others(cluster, machine).forEach(other -> cluster.network().cut(other, machine));
      case MUTE -> others(cluster, machine).forEach(other -> cluster.network().cut(machine, other));
    }
  }

  public static void end(SimulatedCluster cluster, SimulatedMachine machine) {
    machine.slowDown(1);
    var process = machine.process();
    if (process != null && process.paused()) {
      process.resume();
    }
    for (var other : others(cluster, machine)) {
      cluster.network().mend(machine, other);
      cluster.network().mend(other, machine);
    }
  }

  private static List<SimulatedMachine> others(SimulatedCluster cluster, SimulatedMachine machine) {
    return cluster.inService().stream().filter(other -> other != machine).toList();
  }
}
