package io.flywheel.simulator.world;

import java.util.SplittableRandom;

/** Cuts links, and mends them again after a while. */
final class NetworkFaults {
  private static final int NOBODY = -1;

  private final SimulatedCluster cluster;
  private final SplittableRandom random;
  private boolean mended;

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
      case SPLIT -> split(NOBODY);
      case BRIDGE -> split(machine.index());
      case DATACENTER_CUT -> {
        if (!cluster.network().isApart()) {
          return false;
        }
        cluster.network().cutOff(machine.datacenter());
        end(() -> cluster.network().bringBack(machine.datacenter()), 15_000_000);
      }
      case FLAPPING_LINK -> flap(machine, other, 3 + random.nextInt(20));
      case HELD_BACK_MESSAGES -> {
        cluster.network().holdBack(machine, random.nextDouble() * 0.3);
        end(() -> cluster.network().holdBack(machine, 0));
      }
      case GARBLED_GOSSIP -> {
        cluster.network().garble(machine, random.nextDouble() * 0.5);
        end(() -> cluster.network().garble(machine, 0));
      }
      case GARBLED_MESSAGES -> {
        cluster.network().damage(machine, random.nextDouble() * 0.2);
        end(() -> cluster.network().damage(machine, 0));
      }
      default -> cluster.network().reset();
    }
    return true;
  }

  /** {@code bridge}: the index of one that hears both sides. */
  private void split(int bridge) {
    long group = random.nextLong();
    for (var from : cluster.machines()) {
      for (var to : cluster.machines()) {
        boolean bridged = from.index() == bridge || to.index() == bridge;
        if (!bridged && (group >> from.index() & 1) != (group >> to.index() & 1)) {
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

  private void flap(SimulatedMachine from, SimulatedMachine to, int times) {
    cluster.network().cut(from, to);
    long down = 20_000 + random.nextLong(800_000);
    cluster
        .events()
        .after(
            down,
            () -> {
              cluster.network().mend(from, to);
              if (times > 0 && !mended) {
                long up = 20_000 + random.nextLong(800_000);
                cluster.events().after(up, () -> flapAgain(from, to, times - 1));
              }
            });
  }

  private void flapAgain(SimulatedMachine from, SimulatedMachine to, int times) {
    if (!mended) {
      flap(from, to, times);
    }
  }

  private void end(Runnable action) {
    end(action, 6_000_000);
  }

  private void end(Runnable action, long withinMicros) {
    cluster.events().after(random.nextLong(withinMicros), action);
  }

  void mend() {
    mended = true;
    for (var from : cluster.machines()) {
      for (var to : cluster.machines()) {
        cluster.network().mend(from, to);
      }
      cluster.network().holdBack(from, 0);
      cluster.network().garble(from, 0);
      cluster.network().damage(from, 0);
    }
  }
}
