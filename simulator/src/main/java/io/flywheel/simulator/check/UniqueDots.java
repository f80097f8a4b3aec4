package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.workload.Operation;

/** A dot names one write of its key, for ever and everywhere: it is never given to another. */
final class UniqueDots implements Evidence.Listener {
  private final Scene scene;

  UniqueDots(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void seen(Key key, Dot dot, Operation operation, Sibling sibling) {
    var first = scene.evidence().operationOf(key, dot);
    if (first != null && first != operation) {
      scene.violation(
          UniqueDots.class, "the dot " + dot + " stands for " + first + " and for " + operation);
    }
  }
}
