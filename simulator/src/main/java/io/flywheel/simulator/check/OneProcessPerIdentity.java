package io.flywheel.simulator.check;

import io.flywheel.core.model.NodeId;
import java.util.TreeMap;

/**
 * Two processes with one identity, of which one runs on a copied directory, do not both go on once
 * they can hear of each other.
 */
final class OneProcessPerIdentity {
  private final Scene scene;

  OneProcessPerIdentity(Scene scene) {
    this.scene = scene;
  }

  /** To be asked after a time without faults that is long enough to meet. */
  void check() {
    var processes = new TreeMap<NodeId, Integer>();
    for (var machine : scene.cluster().machines()) {
      var process = machine.process();
      if (process != null && processes.merge(process.id(), 1, Integer::sum) == 2) {
        scene.violation(
            OneProcessPerIdentity.class, "two processes run as " + process.id() + " and go on");
      }
    }
  }
}
