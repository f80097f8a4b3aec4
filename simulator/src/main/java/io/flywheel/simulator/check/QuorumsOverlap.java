package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest.Get;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Reach.Scope;
import io.flywheel.simulator.workload.Attempt;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.BitSet;

/**
 * A read that reached so many primaries that one of them must have an acknowledged write shows that
 * write, or what replaced it, and nothing that the write itself replaced. Fallbacks do not count,
 * and nothing is said of the times around a fault that destroyed data, nor of what a node that was
 * removed, and does not know it, reads from or writes to its own disk alone.
 */
final class QuorumsOverlap implements Witness {
  private final Scene scene;
  private final Explanation explanation;

  QuorumsOverlap(Scene scene) {
    this.scene = scene;
    this.explanation = new Explanation(scene);
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    var read = scene.history().attempt(respond.token());
    if (read != null
        && respond.outcome() instanceof Found found
        && scene.cluster().hasNoClones()
        && !isAlone(process, found.receipt())) {
      var shown = scene.history().read(respond.key(), found.values());
      for (var operation : scene.history().of(respond.key())) {
        if (mustMeet(operation, read, found)) {
          check(operation, shown, process);
        }
      }
    }
  }

  private boolean mustMeet(Operation operation, Attempt read, Found found) {
    for (var write : operation.attempts()) {
      if (write.outcome() instanceof Written written
          && write.answeredMicros() < read.arrivedMicros()
          && write.damagesBefore() == scene.history().damages()
          && written.receipt().durable()
          && !isAlone(write.process(), written.receipt())
          && (written.receipt().primaries() + found.receipt().primaries()
                  > Math.max(written.receipt().n(), found.receipt().n())
              || areMajorities(write, written, read, found)
              || meetInADatacenter(write, written, read, found))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Without stand-ins, two quorums of one data centre have an owner in common, unless copies may
   * come from other data centres.
   */
  private boolean meetInADatacenter(Attempt write, Written written, Attempt read, Found found) {
    boolean mayMoveAcross =
        scene.ringHasChanged() && !scene.settings().replication().isByDatacenter();
    if (mayMoveAcross || written.receipt().fallbacks() > 0 || found.receipt().fallbacks() > 0) {
      return false;
    }
    var there = write.reach();
    var here = read.reach();
    boolean both = there.scope() != Scope.ANYWHERE && here.scope() != Scope.ANYWHERE;
    boolean same =
        there.scope() == Scope.EACH
            || here.scope() == Scope.EACH
            || there.datacenter().equals(here.datacenter());
    return both && same;
  }

  /** Nobody waits for one that is given up: what its disk alone has is out of sight then. */
  private boolean isAlone(SimulatedProcess process, Receipt receipt) {
    return receipt.primaries() + receipt.fallbacks() <= 1 && scene.isGivenUp(process.machine());
  }

  /** Without stand-ins, two majorities meet, however many copies there were, and are. */
  private boolean areMajorities(Attempt write, Written written, Attempt read, Found found) {
    return scene.settings().quorum().equals(Quorum.majority(scene.settings().quorum().n()))
        && write.request() instanceof Put put
        && put.w() == 0
        && read.request() instanceof Get get
        && get.r() == 0
        && written.receipt().fallbacks() == 0
        && found.receipt().fallbacks() == 0;
  }

  private void check(Operation operation, BitSet shown, SimulatedProcess process) {
    boolean hidden = !shown.get(operation.number()) && !operation.isDelete();
    if (hidden
        && !operation.expires()
        && !explanation.isReplaceable(operation)
        && !explanation.isLoser(operation)) {
      scene.violation(
          QuorumsOverlap.class,
          process + " does not show " + operation + ", which every such read must meet");
    }
    for (int i = shown.nextSetBit(0); i >= 0; i = shown.nextSetBit(i + 1)) {
      var other = scene.history().operations().get(i);
      if (operation.knew(other) && other.dots().size() <= 1) {
        scene.violation(
            QuorumsOverlap.class,
            process + " still shows " + other + ", which " + operation + " had replaced");
      }
    }
  }
}
