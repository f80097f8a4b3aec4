package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedMachine;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator that remembers a request id mints nothing for it any more: a retry is answered by
 * the dot that the first try became, and another write under the same id is refused.
 */
final class RetriesAreRecognised implements Evidence.Listener {
  private final Scene scene;

  RetriesAreRecognised(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void minted(
      SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {
    var id = idOf(dot, state);
    for (AppliedRequest request : state.requests()) {
      if (request.id().equals(id) && !request.dot().equals(dot)) {
        scene.violation(
            RetriesAreRecognised.class,
            machine + " minted a second dot for the request id of " + operation);
      }
    }
  }

  private static @Nullable RequestId idOf(Dot dot, Siblings state) {
    for (AppliedRequest request : state.requests()) {
      if (request.dot().equals(dot)) {
        return request.id();
      }
    }
    return null;
  }
}
