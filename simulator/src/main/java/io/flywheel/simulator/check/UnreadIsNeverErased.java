package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;

/**
 * A record that has seen a write and does not hold it says that the write was replaced. So there
 * must be a write that took effect and whose client had read it. Looked at in every new record,
 * this finds a lost update at the moment at which it begins, long before any reader misses it.
 *
 * <p>A context also covers what its read did not show: deletions and values that had ended.
 */
final class UnreadIsNeverErased implements Evidence.Listener {
  private final Scene scene;
  private final Explanation explanation;

  UnreadIsNeverErased(Scene scene) {
    this.scene = scene;
    this.explanation = new Explanation(scene);
  }

  @Override
  public void inspected(Key key, Siblings state) {
    for (var operation : scene.history().of(key)) {
      // Losers are kept in the same batch, which is not durable yet: they are looked for at the
      // end.
      if (operation.applied()
          && operation.isVisible()
          && operation.namespace().overflow() != Overflow.KEEP_NEWEST
          && isGone(operation, state)
          && !explanation.isReplaceable(operation)) {
        scene.violation(
            UnreadIsNeverErased.class,
            operation + " is gone from a record, and nobody who wrote had read it");
      }
    }
  }

  private static boolean isGone(Operation operation, Siblings state) {
    boolean seen = false;
    for (Dot dot : operation.dots()) {
      if (state.context().covers(dot)) {
        if (lives(dot, state)) {
          return false;
        }
        seen = true;
      }
    }
    return seen;
  }

  private static boolean lives(Dot dot, Siblings state) {
    for (var sibling : state.living()) {
      if (sibling.dot().equals(dot)) {
        return true;
      }
    }
    return false;
  }
}
