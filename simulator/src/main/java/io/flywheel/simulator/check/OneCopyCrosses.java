package io.flywheel.simulator.check;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.PassedOnPut;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashSet;
import java.util.Set;

/**
 * The record of a put travels to each other data centre once, as long as nobody there is silent:
 * who keeps it first passes it on to the others.
 */
public final class OneCopyCrosses implements Witness {
  private record Crossing(long life, long request, String datacenter) {}

  private final Scene scene;
  private final Set<Crossing> crossings = new HashSet<>();
  private boolean watching;

  OneCopyCrosses(Scene scene) {
    this.scene = scene;
  }

  /** Only while everybody is well. */
  void watch(boolean isCalm) {
    watching = isCalm;
  }

  @Override
  public void crossing(SimulatedProcess from, SimulatedProcess to, Envelope envelope) {
    var put =
        switch (envelope.message()) {
          case ReplicaPut replicaPut -> replicaPut;
          case RelayedPut relayed -> relayed.put();
          case PassedOnPut passed -> passed.put();
          default -> null;
        };
    if (!watching || put == null || put.request() == 0) {
      return; // nothing, or a repair
    }
    if (!BackgroundYields.isBackground(put.request())
        && !crossings.add(new Crossing(from.life(), put.request(), to.machine().datacenter()))) {
      scene.violation(
          OneCopyCrosses.class,
          from
              + " sends what was put as "
              + put.key()
              + " to more than one in another data centre");
    }
  }
}
