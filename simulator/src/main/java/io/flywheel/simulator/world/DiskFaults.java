package io.flywheel.simulator.world;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;
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
      case LOST_DEBT, ROTTEN_DEBT -> {
        return damageDebt(fault, machine);
      }
      case MISPLACED_ENTRY -> {
        return misplace(machine);
      }
      case CHANGED_VALUE -> {
        return change(machine);
      }
      default -> {
        return damage(fault, machine);
      }
    }
    return true;
  }

  /** As when memory fails before the checksum is made; the new value says that nobody wrote it. */
  private boolean change(SimulatedMachine machine) {
    var disk = machine.disk();
    var storageKey = disk.any(Table.DATA, random);
    var record = storageKey == null ? null : disk.durable(Table.DATA).get(storageKey);
    if (storageKey == null || record == null) {
      return false;
    }
    try {
      var key = StorageKey.keyOf(storageKey);
      var state = SiblingsCodec.decode(key, record);
      if (state.living().isEmpty()) {
        return false; // only what was replaced is known
      }
      var sibling = state.living().get(random.nextInt(state.living().size()));
      if (sibling.tombstone()) {
        return false;
      }
      var value = Bytes.utf8((random.nextBoolean() ? "!" : "~") + sibling.value().toUtf8());
      var changed =
          new Sibling(sibling.dot(), sibling.expiryMillis(), sibling.contentType(), false, value);
      var decayed = SiblingsCodec.encode(key, state.corrected(List.of(changed)));
      if (!disk.replace(storageKey, decayed)) {
        return false;
      }
      cluster.witness().changed(machine, key, sibling, changed);
      cluster.witness().damaged(machine, Damage.CHANGED_VALUE);
      return true;
    } catch (MalformedException e) {
      return false; // another fault was here before
    }
  }

  private boolean misplace(SimulatedMachine machine) {
    var disk = machine.disk();
    var table = random.nextBoolean() ? Table.DATA : Table.DEBTS;
    var storageKey = disk.any(table, random);
    if (storageKey == null) {
      return false;
    }
    if (table == Table.DEBTS || random.nextBoolean()) {
      cluster.crash(machine, true, "fault");
    }
    boolean done = disk.misplace(table, storageKey);
    if (done) {
      var damage = table == Table.DEBTS ? Damage.LOST_DEBT : Damage.LOST_RECORD;
      cluster.witness().damaged(machine, damage);
    }
    return done;
  }

  private boolean damageDebt(Fault fault, SimulatedMachine machine) {
    var debt = machine.disk().any(Table.DEBTS, random);
    if (debt == null) {
      return false;
    }
    // Under a running process its books would be wrong until its next start.
    cluster.crash(machine, true, "fault");
    var disk = machine.disk();
    boolean done =
        fault == Fault.LOST_DEBT ? disk.forget(Table.DEBTS, debt) : disk.rot(Table.DEBTS, debt);
    if (done) {
      boolean lost = fault == Fault.LOST_DEBT;
      cluster.witness().damaged(machine, lost ? Damage.LOST_DEBT : Damage.ROTTEN_DEBT);
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
          case ROTTEN_RECORD -> disk.rot(Table.DATA, record);
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
