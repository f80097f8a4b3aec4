package io.flywheel.simulator.world;

import io.flywheel.core.effect.Table;
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
      case FULL_DISK -> {
        machine.fill(true);
        cluster.events().after(random.nextLong(8_000_000), () -> machine.fill(false));
      }
      case LOST_DEBT -> {
        return loseDebt(machine);
      }
      default -> {
        return damage(fault, machine);
      }
    }
    return true;
  }

  private boolean loseDebt(SimulatedMachine machine) {
    var debt = machine.disk().any(Table.DEBTS, random);
    if (debt == null) {
      return false;
    }
    // Under a running process its books would be wrong until its next start.
    cluster.crash(machine, true, "fault");
    boolean done = machine.disk().forget(Table.DEBTS, debt);
    if (done) {
      cluster.witness().damaged(machine, Damage.LOST_DEBT);
    }
    return done;
  }

  private boolean damage(Fault fault, SimulatedMachine machine) {
    var disk = machine.disk();
    var record = disk.any(Table.DATA, random);
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
            yield disk.forget(Table.DATA, record);
          }
        };
    if (done) {
      boolean older = fault == Fault.ROLLED_BACK_RECORD;
      cluster.witness().damaged(machine, older ? Damage.OLDER_RECORD : Damage.LOST_RECORD);
    }
    return done;
  }

  void mend() {
    for (var machine : cluster.machines()) {
      machine.slowDown(false);
      machine.fill(false);
      machine.disk().behave();
    }
  }
}
