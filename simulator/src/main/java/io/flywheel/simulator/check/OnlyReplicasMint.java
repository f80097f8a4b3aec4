package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedMachine;

/**
 * A dot is first seen at one of the key's replicas (Dynamo 6.4), or at a node that stands in for
 * one and notes in the same batch for whom.
 */
final class OnlyReplicasMint implements Evidence.Listener {
  private final Scene scene;

  OnlyReplicasMint(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void minted(
      SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {
    var identity = machine.identity();
    if (scene.evidence().ring() != null
        && identity != null
        && !scene.isOwn(machine, key)
        && !scene.isPrimary(key, identity)
        && !scene.evidence().notesDebt(key)) {
      scene.violation(
          OnlyReplicasMint.class,
          machine + " minted for " + operation + ", is no replica and notes for none");
    }
  }
}
