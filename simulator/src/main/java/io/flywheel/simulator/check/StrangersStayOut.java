package io.flywheel.simulator.check;

import io.flywheel.simulator.world.SimulatedMachine;

/**
 * A machine does not serve under a known name with an empty directory, nor with other settings than
 * its cluster was formed with.
 */
final class StrangersStayOut {
  private final Scene scene;

  StrangersStayOut(Scene scene) {
    this.scene = scene;
  }

  /** To be asked after a time without faults that is long enough to be told. */
  void check(SimulatedMachine machine, String mistake) {
    var process = machine.process();
    if (process != null && process.view().serving()) {
      scene.violation(StrangersStayOut.class, process + " serves with " + mistake);
    }
  }
}
