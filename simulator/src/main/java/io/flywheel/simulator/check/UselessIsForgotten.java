package io.flywheel.simulator.check;

import io.flywheel.core.antientropy.Reaper;
import io.flywheel.core.model.Key;
import io.flywheel.simulator.world.SimulatedMachine;

/**
 * With all members there, deletions are forgotten everywhere after a while, and so are values that
 * ended long enough ago, and actors that write no more. One member that is gone for good stops it.
 */
final class UselessIsForgotten {
  /** Clocks may be set back by that much while the cluster heals. */
  private static final long JUMP_MILLIS = 60_000;

  private final Scene scene;

  UselessIsForgotten(Scene scene) {
    this.scene = scene;
  }

  boolean isPossible() {
    return scene.cluster().machines().stream().noneMatch(SimulatedMachine::retired);
  }

  /** What is left of a key that is of no use; empty for nothing. */
  String obstacle(Key key) {
    long cutoff = Long.MAX_VALUE;
    for (var machine : scene.cluster().inService()) {
      cutoff = Math.min(cutoff, machine.clock().wallMillis());
    }
    cutoff -= Reaper.SKEW_MARGIN_MILLIS + JUMP_MILLIS;
    for (var machine : scene.primaries(key)) {
      var state = scene.evidence().durable(machine, key);
      if (state != null && state.isWorthForgetting(state.residue(cutoff))) {
        var process = machine.process();
        return machine
            + " still remembers what is of no use of "
            + key
            + (process == null ? "" : ", " + process.view().eras());
      }
    }
    return "";
  }

  void violation(String obstacle) {
    scene.violation(UselessIsForgotten.class, obstacle);
  }
}
