package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedMachine;

/**
 * No coordinator mints a dot that leaves more siblings, or a larger object, than the limits.
 * Merging may exceed them and is not looked at.
 */
final class BoundedAtAdmission implements Evidence.Listener {
  private final Scene scene;

  BoundedAtAdmission(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void minted(
      SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {
    var limits = scene.settings().records().limits();
    long bytes = 0;
    for (Sibling sibling : state.living()) {
      bytes += sibling.value().length();
    }
    if (state.living().size() > limits.siblings()
        || bytes > limits.objectBytes()
        || operation.write().value().length() > limits.valueBytes()) {
      scene.violation(
          BoundedAtAdmission.class,
          machine
              + " minted a dot for "
              + operation
              + " that leaves "
              + state.living().size()
              + " siblings of "
              + bytes
              + " bytes");
    }
  }
}
