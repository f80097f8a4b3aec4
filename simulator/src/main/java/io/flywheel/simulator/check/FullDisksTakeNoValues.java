package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedMachine;

/**
 * A node that knows its disk to be full begins no more values, so that there is room for what makes
 * room: deletions, and compaction. What it had begun before it may finish.
 */
final class FullDisksTakeNoValues implements Evidence.Listener {
  private static final long BEGUN_MICROS = 3_000_000;

  private final Scene scene;

  FullDisksTakeNoValues(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void minted(
      SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {
    var process = machine.process();
    if (!operation.isDelete()
        && process != null
        && process.pausedMicros() == 0
        && machine.fullForMicros() > BEGUN_MICROS) {
      scene.violation(
          FullDisksTakeNoValues.class, machine + " is full and minted for " + operation);
    }
  }
}
