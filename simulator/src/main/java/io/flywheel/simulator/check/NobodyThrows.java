package io.flywheel.simulator.check;

import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;

/** No node throws, and each one starts again from whatever its disk has kept. */
final class NobodyThrows implements Witness {
  private final Scene scene;

  NobodyThrows(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void threw(SimulatedProcess process, RuntimeException exception) {
    var frames = exception.getStackTrace();
    scene.violation(
        NobodyThrows.class,
        process + " threw " + exception + (frames.length == 0 ? "" : " at " + frames[0]));
  }

  @Override
  public void refusedToStart(SimulatedMachine machine, String reason) {
    if (!machine.misconfigured() && !scene.isRemoved(machine)) {
      scene.violation(NobodyThrows.class, machine + " does not start: " + reason);
    }
  }
}
