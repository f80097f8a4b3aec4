package io.flywheel.simulator.check;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.workload.Operation;

/**
 * What was refused, or said to be certainly not done, is found nowhere at any time. Nor is what
 * never reached a node.
 */
final class NotDoneIsFinal implements Evidence.Listener {
  private final Scene scene;

  NotDoneIsFinal(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void seen(Key key, Dot dot, Operation operation, Sibling sibling) {
    check(operation);
  }

  /** At the end of a run: what was said after the operation was seen. */
  void end() {
    scene.history().operations().stream().filter(Operation::applied).forEach(this::check);
  }

  private void check(Operation operation) {
    for (var attempt : operation.attempts()) {
      boolean declined =
          attempt.outcome() instanceof Outcome.NotDone
              || attempt.outcome() instanceof Outcome.Refused;
      if (!declined) {
        return;
      }
    }
    scene.violation(
        NotDoneIsFinal.class,
        operation
            + " exists and was answered "
            + operation.attempts().stream().map(attempt -> attempt.outcome()).toList());
  }
}
