package io.flywheel.simulator.check;

import io.flywheel.simulator.workload.Operation;

/**
 * In the end every write that was durable somewhere, and above all every acknowledged one, lives,
 * or was replaced by a write whose client had read it. A write whose last copy was destroyed by a
 * fault is excused: no store can keep that. So is one that was never acknowledged and that nobody
 * had but a machine that has left: one whose joining was undone goes with what only it has.
 */
final class NothingDurableIsLost {
  private final Scene scene;
  private final Explanation explanation;

  NothingDurableIsLost(Scene scene) {
    this.scene = scene;
    this.explanation = new Explanation(scene);
  }

  void end() {
    for (var operation : scene.history().operations()) {
      boolean mustLive =
          !operation.everHeld().isEmpty()
              && !operation.destroyed()
              && (operation.acknowledged() || !operation.leftWithLast())
              && operation.isVisible();
      if (mustLive && !livesSomewhere(operation)) {
        check(operation);
      }
    }
  }

  private void check(Operation operation) {
    if (!explanation.isReplaceable(operation) && !explanation.isLoser(operation)) {
      scene.violation(
          NothingDurableIsLost.class,
          operation
              + (operation.acknowledged() ? " was acknowledged" : " was durable")
              + " and is gone");
    }
  }

  private boolean livesSomewhere(Operation operation) {
    for (var machine : scene.cluster().inService()) {
      if (scene.evidence().lives(machine, operation)) {
        return true;
      }
    }
    return false;
  }
}
