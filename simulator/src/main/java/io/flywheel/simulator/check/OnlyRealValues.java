package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;

/** Nothing is stored, sent or shown that no client wrote under that key, damaged bytes least. */
final class OnlyRealValues implements Witness, Evidence.Listener {
  private final Scene scene;

  OnlyRealValues(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void undecodable(SimulatedMachine machine, Key key) {
    scene.violation(OnlyRealValues.class, machine + " stored or sent a damaged record of " + key);
  }

  @Override
  public void unexplained(SimulatedMachine machine, Key key, Sibling sibling) {
    scene.violation(
        OnlyRealValues.class,
        machine
            + " holds a "
            + (sibling.tombstone() ? "deletion" : "value")
            + " of "
            + key
            + " that no client sent: "
            + sibling.value().toUtf8());
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    if (respond.outcome() instanceof Outcome.Found found) {
      for (var sibling : found.values()) {
        if (scene.history().writer(respond.key(), sibling.value()) == null) {
          scene.violation(
              OnlyRealValues.class,
              process + " shows a value of " + respond.key() + " that no client wrote");
        }
      }
    }
  }
}
