package io.flywheel.simulator.check;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.simulator.world.SimulatedProcess;
import org.jspecify.annotations.Nullable;

/** Once healed, requests succeed, each node has finished its work, and none is left waiting. */
final class HealedClusterServes {
  private final Scene scene;

  HealedClusterServes(Scene scene) {
    this.scene = scene;
  }

  void answered(SimulatedProcess process, ClientRequest request, @Nullable Outcome outcome) {
    if (!(outcome instanceof Outcome.Found) && !(outcome instanceof Outcome.Written)) {
      scene.violation(
          HealedClusterServes.class, process + " answers " + request + " with " + outcome);
    }
  }

  /** When no client waits any more. */
  void end() {
    for (var machine : scene.cluster().machines()) {
      var process = machine.process();
      if (process != null && process.view().requestsInFlight() != 0) {
        scene.violation(
            HealedClusterServes.class,
            process + " still works on " + process.view().requestsInFlight() + " requests");
      }
    }
  }
}
