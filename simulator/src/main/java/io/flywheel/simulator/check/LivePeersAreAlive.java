package io.flywheel.simulator.check;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.NodeId;
import java.util.TreeSet;

/**
 * Where nothing is wrong with the network, everybody serves and considers everybody alive, whatever
 * the wall clocks say.
 */
final class LivePeersAreAlive {
  private final Scene scene;

  LivePeersAreAlive(Scene scene) {
    this.scene = scene;
  }

  /** What is wrong with that at this moment; empty for nothing. */
  String obstacle() {
    var running = new TreeSet<NodeId>();
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process == null) {
        return machine + " does not run";
      }
      running.add(process.id());
    }
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process == null) {
        continue;
      }
      var view = process.view();
      if (!view.serving()) {
        return process + " waits for " + view.waitingFor();
      }
      for (var member : view.members()) {
        if (running.contains(member.member().id()) && member.state() != Liveness.ALIVE) {
          return process + " considers " + member.member().name() + " " + member.state();
        }
      }
    }
    return "";
  }

  void violation(String obstacle) {
    scene.violation(LivePeersAreAlive.class, obstacle);
  }
}
