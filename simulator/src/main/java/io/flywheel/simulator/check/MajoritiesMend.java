package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.Witness;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A value that a fault changed under its clock, with the checksum right, is put right again from
 * the others where a majority of all replicas had what was written. Nothing is said where faults
 * have done other damage as well, or have changed the same value twice, nor where there are other
 * numbers of copies than before: these may all have come from where the value was changed.
 *
 * <p>Values are told apart by their dots. A request that was sent to two nodes became two dots with
 * one value; what a replica has under the one says nothing about the other.
 */
final class MajoritiesMend implements Witness {
  /** One write, as replicas know it. */
  private record Write(Key key, Dot dot) {}

  /** What was written, and whether it has to be found there again. */
  private record Change(Sibling written, boolean mends) {}

  private final Scene scene;
  private final Map<Write, Change> changes = new LinkedHashMap<>();
  private boolean otherwiseDamaged;

  MajoritiesMend(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void changed(SimulatedMachine machine, Key key, Sibling before, Sibling after) {
    var operation = scene.history().writer(key, before.value());
    if (operation != null) {
      var write = new Write(key, before.dot());
      boolean first = !changes.containsKey(write);
      boolean mends = first && holders(key, before) > scene.settings().quorum().n() / 2;
      changes.put(write, new Change(before, mends));
      scene.history().decayed(operation, after.value());
    }
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    otherwiseDamaged |=
        damage != Damage.CHANGED_VALUE
            && damage != Damage.LOST_DEBT
            && damage != Damage.ROTTEN_DEBT;
  }

  /** Owners on whose disks it is as it was written. */
  private long holders(Key key, Sibling written) {
    return scene.primaries(key).stream().filter(it -> holds(it, key, written)).count();
  }

  private boolean holds(SimulatedMachine machine, Key key, Sibling written) {
    var state = scene.evidence().durable(machine, key);
    return state != null && state.living().contains(written);
  }

  void converged() {
    boolean judged =
        scene.isDurable()
            && !otherwiseDamaged
            && !scene.evidence().copiesHaveChanged()
            && scene.cluster().hasNoClones();
    changes.forEach(
        (write, change) -> {
          if (judged && change.mends()) {
            check(write, change.written());
          }
        });
  }

  private void check(Write write, Sibling written) {
    for (var machine : scene.primaries(write.key())) {
      var state = scene.evidence().durable(machine, write.key());
      if (state != null) {
        for (var sibling : state.living()) {
          if (sibling.dot().equals(write.dot()) && !sibling.equals(written)) {
            scene.violation(
                MajoritiesMend.class,
                machine
                    + " has "
                    + sibling.value().toUtf8()
                    + " in the place of "
                    + written.value().toUtf8()
                    + " of "
                    + write.key());
          }
        }
      }
    }
  }
}
