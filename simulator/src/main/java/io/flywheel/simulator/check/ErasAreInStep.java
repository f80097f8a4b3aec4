package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.replica.Debts;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nobody begins an era while another member has not come to the one before; and nobody takes an era
 * for closed while another member is in it, or still owes something from it. Disks decide, not what
 * is said of them. Nothing is judged once a directory went back in time.
 */
final class ErasAreInStep implements Witness {
  private final Scene scene;

  ErasAreInStep(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    for (var mutation : mutations) {
      var value = mutation.value();
      if (mutation.table() == Table.METADATA && value != null && isJudged()) {
        if (mutation.storageKey().equals(StorageKey.ERA)) {
          begins(process, stored(StorageKey.ERA, value).current());
        } else if (mutation.storageKey().equals(StorageKey.CLOSED_ERA)) {
          closes(process, stored(StorageKey.CLOSED_ERA, value).closed());
        }
      }
    }
  }

  private void begins(SimulatedProcess process, long era) {
    for (var machine : members()) {
      long other = eraOf(machine);
      if (other < era - 1) {
        violation(process + " begins era " + era + ", and " + machine + " is in " + other);
      }
    }
  }

  private void closes(SimulatedProcess process, long closed) {
    for (var machine : members()) {
      if (eraOf(machine) <= closed) {
        violation(process + " takes era " + closed + " for closed, and " + machine + " is in it");
      }
      for (var entry : machine.disk().durable(Table.DEBTS).entrySet()) {
        long owed = oldestOwed(entry.getValue());
        if (owed <= closed && Scene.keyAt(entry.getKey()) != null) {
          violation(
              process
                  + " takes era "
                  + closed
                  + " for closed, and "
                  + machine
                  + " owes something from "
                  + owed);
        }
      }
    }
  }

  private boolean isJudged() {
    return !scene.history().revived()
        && !scene.history().lostDirectory()
        && scene.cluster().machines().stream().noneMatch(SimulatedMachine::isClone);
  }

  private List<SimulatedMachine> members() {
    var members = new ArrayList<SimulatedMachine>();
    for (var machine : scene.cluster().inService()) {
      if (machine.disk().durable(Table.METADATA).containsKey(StorageKey.CLUSTER)
          && scene.isMember(machine)) {
        members.add(machine);
      }
    }
    return members;
  }

  /** That it has on its disk. */
  static long eraOf(SimulatedMachine machine) {
    return stored(machine.disk().durable(Table.METADATA)).current();
  }

  private static Eras stored(Bytes storageKey, Bytes value) {
    return stored(Map.of(storageKey, value));
  }

  private static Eras stored(Map<Bytes, Bytes> metadata) {
    try {
      return Eras.stored(metadata);
    } catch (MalformedException e) {
      throw new IllegalStateException("a node stored a damaged era", e);
    }
  }

  private static long oldestOwed(@Nullable Bytes entry) {
    try {
      return entry == null ? Long.MAX_VALUE : Debts.decode(entry).era();
    } catch (MalformedException e) {
      return Long.MAX_VALUE;
    }
  }

  private void violation(String text) {
    scene.violation(ErasAreInStep.class, text);
  }
}
