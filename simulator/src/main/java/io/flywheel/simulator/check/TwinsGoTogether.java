package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.List;

/**
 * Where a retry became a dot of its own, the older one goes when the newer one is replaced: no
 * replica holds it any more as a value of the key. It is not shown as long as the newer one is
 * remembered, and would be back when that is forgotten.
 */
final class TwinsGoTogether implements Evidence.Listener {
  private final Scene scene;

  TwinsGoTogether(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inspected(Key key, Siblings state) {
    for (Sibling sibling : state.requests().size() > 1 ? state.living() : List.<Sibling>of()) {
      for (AppliedRequest older : state.requests()) {
        if (older.dot().equals(sibling.dot())) {
          check(key, older, state);
        }
      }
    }
  }

  private void check(Key key, AppliedRequest older, Siblings state) {
    for (AppliedRequest newer : state.requests()) {
      if (newer.id().equals(older.id())
          && newer.operationDigest() == older.operationDigest()
          && newer.dot().compareTo(older.dot()) > 0
          && !lives(newer.dot(), state)) {
        scene.violation(
            TwinsGoTogether.class,
            "of two dots that "
                + scene.evidence().operationOf(key, older.dot())
                + " became the older one outlives the newer one, which was replaced");
      }
    }
  }

  private static boolean lives(Dot dot, Siblings state) {
    return state.living().stream().anyMatch(sibling -> sibling.dot().equals(dot));
  }
}
