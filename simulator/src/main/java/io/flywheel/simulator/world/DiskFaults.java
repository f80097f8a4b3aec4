package io.flywheel.simulator.world;

import java.util.SplittableRandom;

/** What befalls disks and single records on them. */
final class DiskFaults {
  private final SimulatedCluster cluster;
  private final SplittableRandom random;

  DiskFaults(SimulatedCluster cluster, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  boolean inject(Fault fault, SimulatedMachine machine) {
    var disk = machine.disk();
    switch (fault) {
      case SLOW_DISK -> {
        machine.slowDown(true);
        cluster.events().after(random.nextLong(5_000_000), () -> machine.slowDown(false));
      }
      case FAILED_WRITE -> disk.failNextWrite();
      case FAILED_SYNC -> disk.failNextSync();
      case FAILED_READS -> {
        disk.failReads(random.nextDouble() / 2);
        cluster.events().after(random.nextLong(3_000_000), () -> disk.failReads(0));
      }
      default -> {
        return damage(fault, machine);
      }
    }
    return true;
  }

  private boolean damage(Fault fault, SimulatedMachine machine) {
    var disk = machine.disk();
    var record = disk.anyRecord(random);
    if (record == null) {
      return false;
    }
    boolean done =
        switch (fault) {
          case ROTTEN_RECORD -> disk.rot(record);
          case ROLLED_BACK_RECORD -> {
            cluster.crash(machine, true, "fault");
            yield disk.rollBack(record);
          }
          default -> {
            if (random.nextBoolean()) {
              cluster.crash(machine, true, "fault");
            }
            yield disk.forget(record);
          }
        };
    if (done) {
      cluster.witness().damaged(machine, false);
    }
    return done;
  }

  void mend() {
    for (var machine : cluster.machines()) {
      machine.slowDown(false);
      machine.disk().behave();
    }
  }
}
