package io.flywheel.simulator.check;

import io.flywheel.simulator.workload.Operation;

/** Where nothing is lost and nothing late, a write that was sent once is minted once. */
final class OneDotPerWrite {
  private final Scene scene;

  OneDotPerWrite(Scene scene) {
    this.scene = scene;
  }

  void check(Operation operation) {
    if (operation.attempts().size() == 1 && operation.dots().size() > 1) {
      scene.violation(
          OneDotPerWrite.class, operation + " was minted " + operation.dots().size() + " times");
    }
  }
}
