package io.flywheel.simulator.check;

import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Debts;
import io.flywheel.simulator.world.SimulatedMachine;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Once healed, what was kept for others has been brought to them: nobody owes anything to a machine
 * in service, in its own books neither, and no record is left where it belongs to nobody. One whose
 * debt a fault has struck out is left for an operator to see.
 */
final class NothingIsOwed {
  private final Scene scene;

  NothingIsOwed(Scene scene) {
    this.scene = scene;
  }

  /**
   * What is left to pay of those keys that can be; empty for nothing. Machines that {@code
   * wentBack} may owe from eras that have closed without them, which nobody takes any more.
   */
  String obstacle(Predicate<Key> payable, Predicate<SimulatedMachine> wentBack) {
    for (var machine : scene.cluster().inService()) {
      var left = owed(machine, payable, wentBack.test(machine) ? closed() : 0);
      if (!left.isEmpty()) {
        return left;
      }
      var stray = stray(machine, payable);
      if (stray != null) {
        return machine + " keeps " + stray + ", which it neither owns nor owes";
      }
      var process = machine.process();
      boolean booked = process != null && process.view().counters().hintsWaiting() > 0;
      if (booked && machine.disk().durable(Table.DEBTS).isEmpty()) {
        return machine + " counts debts and has none";
      }
    }
    return "";
  }

  private long closed() {
    long newest = 0;
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      newest = process == null ? newest : Math.max(newest, process.view().eras().closed());
    }
    return newest;
  }

  private String owed(SimulatedMachine machine, Predicate<Key> payable, long excusedThrough) {
    for (var entry : machine.disk().durable(Table.DEBTS).entrySet()) {
      var key = Scene.keyAt(entry.getKey());
      var debts = debts(entry.getValue());
      if (key != null && debts.era() > excusedThrough && payable.test(key)) {
        for (NodeId owner : debts.owners()) {
          if (isInService(owner)) {
            return machine + " still owes " + key + " to " + owner;
          }
        }
      }
    }
    return "";
  }

  private @Nullable Key stray(SimulatedMachine machine, Predicate<Key> payable) {
    var identity = machine.identity();
    if (identity == null || scene.evidence().ring() == null) {
      return null;
    }
    for (Bytes storageKey : machine.disk().durable(Table.DATA).keySet()) {
      var key = Scene.keyAt(storageKey);
      if (key != null
          && payable.test(key)
          && !scene.isOwn(machine, key)
          && !machine.disk().durable(Table.DEBTS).containsKey(storageKey)) {
        return key;
      }
    }
    return null;
  }

  private boolean isInService(NodeId owner) {
    for (var machine : scene.cluster().inService()) {
      if (owner.equals(machine.identity())) {
        return true;
      }
    }
    return false;
  }

  private static Debts debts(Bytes entry) {
    try {
      return Debts.decode(entry);
    } catch (MalformedException e) {
      return Debts.NONE;
    }
  }

  void violation(String obstacle) {
    scene.violation(NothingIsOwed.class, obstacle);
  }
}
