package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nothing comes back. Once an owner forgets that a value was ever there, as it may when its
 * deletion has been proven everywhere, no disk in service holds that value, and none will, nor is
 * any reader shown it. Whether a value had rightly gone is for others to judge; here it must not
 * return.
 *
 * <p>Nothing is said where a fault brought older states back by itself, nor where nodes do not sync
 * what they confirm.
 */
final class DeletedStaysDeleted implements Witness {
  private record Place(int machine, Key key) {}

  private final Scene scene;
  private final Map<Place, Siblings> latest = new HashMap<>();
  private final Map<Key, BitSet> forgotten = new HashMap<>();
  private long reapings;

  DeletedStaysDeleted(Scene scene) {
    this.scene = scene;
  }

  /** How many times an owner has forgotten something. */
  long reapings() {
    return reapings;
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    forget(machine);
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    forget(machine);
  }

  private void forget(SimulatedMachine machine) {
    latest.keySet().removeIf(place -> place.machine() == machine.index());
  }

  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    for (var mutation : mutations) {
      var key = mutation.table() == Table.DATA ? scene.evidence().keyAt(mutation) : null;
      if (key != null && isJudged()) {
        var after = scene.evidence().stateOf(key, mutation);
        var place = new Place(process.machine().index(), key);
        var before = latest.get(place);
        if (before == null) {
          before = scene.evidence().durable(process.machine(), key);
        }
        if (after != null) {
          latest.put(place, after);
          checkStored(process, key, after);
          if (before != null && scene.isOwn(process.machine(), key)) {
            compare(process, key, before, after);
          }
        }
      }
    }
  }

  private void compare(SimulatedProcess process, Key key, Siblings before, Siblings after) {
    if (after.context().covers(before.context())) {
      return;
    }
    reapings++;
    for (var operation : scene.history().of(key)) {
      if (operation.isVisible() && isGone(operation, before) && !isCovered(operation, after)) {
        checkGone(process, operation);
        forgotten.computeIfAbsent(key, _ -> new BitSet()).set(operation.number());
      }
    }
  }

  private void checkGone(SimulatedProcess process, Operation operation) {
    for (var machine : scene.cluster().inService()) {
      boolean matters = !scene.ringHasChanged() || scene.isMember(machine);
      if (matters && scene.evidence().lives(machine, operation)) {
        violation(
            process + " forgets that " + operation + " has gone, and it is still on " + machine);
      }
    }
  }

  private void checkStored(SimulatedProcess process, Key key, Siblings state) {
    var gone = forgotten.get(key);
    if (gone != null) {
      for (var sibling : state.living()) {
        var operation = scene.evidence().operationOf(key, sibling.dot());
        if (operation != null && gone.get(operation.number())) {
          violation(process + " stores " + operation + ", which had gone everywhere");
        }
      }
    }
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    var gone = forgotten.get(respond.key());
    if (gone != null && isJudged() && respond.outcome() instanceof Outcome.Found found) {
      var shown = scene.history().read(respond.key(), found.values());
      shown.and(gone);
      if (!shown.isEmpty()) {
        var operation = scene.history().operations().get(shown.nextSetBit(0));
        violation(process + " shows " + operation + ", which had gone everywhere");
      }
    }
  }

  private boolean isJudged() {
    return scene.isDurable()
        && !scene.history().revived()
        && scene.cluster().machines().stream().noneMatch(SimulatedMachine::isClone);
  }

  private static boolean isGone(Operation operation, Siblings state) {
    return isCovered(operation, state) && livingDot(operation, state) == null;
  }

  private static boolean isCovered(Operation operation, Siblings state) {
    return operation.dots().stream().anyMatch(state.context()::covers);
  }

  private static @Nullable Dot livingDot(Operation operation, Siblings state) {
    for (var sibling : state.living()) {
      if (operation.dots().contains(sibling.dot())) {
        return sibling.dot();
      }
    }
    return null;
  }

  private void violation(String text) {
    scene.violation(DeletedStaysDeleted.class, text);
  }
}
