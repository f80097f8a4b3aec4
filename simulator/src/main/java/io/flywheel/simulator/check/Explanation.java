package io.flywheel.simulator.check;

import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.simulator.workload.Operation;

/**
 * Why an operation that exists may not be shown any more. Only what its clients knew counts: a
 * write may go when another one was really made by a client that had read it, and for no other
 * reason.
 */
final class Explanation {
  private final Scene scene;

  Explanation(Scene scene) {
    this.scene = scene;
  }

  /** Whether some other operation that took effect may rightly have replaced this one. */
  boolean isReplaceable(Operation operation) {
    boolean lastWriteWins = operation.namespace().lastWriteWins();
    for (var other : scene.history().of(operation.key())) {
      if (other == operation || !other.applied()) {
        continue;
      }
      // The last write wins over all but its own successors, and over those when it is repeated.
      boolean wins = lastWriteWins && (!operation.knew(other) || other.dots().size() > 1);
      if (wins || other.mayReplace(operation)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether an overflow dropped it and its coordinator has kept it as one of the losers. Only the
   * coordinator does, so nothing can be said once a whole directory was lost, nor where nodes do
   * not sync what they acknowledge.
   */
  boolean isLoser(Operation operation) {
    if (operation.namespace().overflow() == Overflow.KEEP_NEWEST) {
      if (scene.history().lostDirectory() || !scene.isDurable()) {
        return true;
      }
      for (var machine : scene.cluster().machines()) {
        if (scene.evidence().isLoser(machine, operation)) {
          return true;
        }
      }
    }
    return false;
  }
}
