package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;

/**
 * No read shows a value together with one that its writer had read: clients that read before they
 * write never make siblings of their own past. Writes that were minted twice on their way are left
 * out, as a context may cover only one of the two.
 */
final class ReplacedStaysReplaced implements Witness {
  private final Scene scene;

  ReplacedStaysReplaced(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    if (!(respond.outcome() instanceof Found found) || found.values().size() < 2) {
      return;
    }
    var shown = scene.history().read(respond.key(), found.values());
    var operations = scene.history().operations();
    for (int newer = shown.nextSetBit(0); newer >= 0; newer = shown.nextSetBit(newer + 1)) {
      for (int older = shown.nextSetBit(0); older >= 0; older = shown.nextSetBit(older + 1)) {
        var replaced = operations.get(older);
        if (operations.get(newer).knew(replaced) && replaced.dots().size() <= 1) {
          scene.violation(
              ReplacedStaysReplaced.class,
              process
                  + " shows "
                  + replaced
                  + " beside "
                  + operations.get(newer)
                  + ", whose client had read it");
        }
      }
    }
  }
}
