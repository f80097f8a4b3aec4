package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A write is acknowledged with no more primaries, fallbacks and racks than really have it on disk,
 * and with as many as were asked for; so is a read answered. A fallback that has paid its debt
 * meanwhile had it. They are not counted where a fault destroyed data meanwhile.
 */
final class HonestReceipts implements Witness {
  private final Scene scene;

  HonestReceipts(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    var attempt = scene.history().attempt(respond.token());
    if (attempt == null) {
      return;
    }
    var quorum = scene.settings().quorum();
    var operation = attempt.operation();
    if (attempt.request() instanceof ClientRequest.Get get
        && respond.outcome() instanceof Outcome.Found found) {
      int r = get.r() == 0 ? quorum.reads().nodes(found.receipt().n()) : get.r();
      if (!suffices(found.receipt(), r, get.pr())) {
        scene.violation(HonestReceipts.class, process + " answered " + get + " with " + found);
      }
    } else if (attempt.request() instanceof ClientRequest.Put put
        && operation != null
        && respond.outcome() instanceof Outcome.Written written) {
      int w = put.w() == 0 ? quorum.writes().nodes(written.receipt().n()) : put.w();
      if (!suffices(written.receipt(), w, put.pw())) {
        violation(operation, written.receipt(), "was asked for W " + w + " and PW " + put.pw());
      }
      boolean counted = attempt.damagesBefore() == scene.history().damages();
      check(operation, written.receipt(), counted);
    }
  }

  /** Where there are fewer copies by now than were asked for, these are enough. */
  private static boolean suffices(Receipt receipt, int nodes, int primaries) {
    return receipt.primaries() + receipt.fallbacks() >= Math.min(nodes, receipt.n())
        && receipt.primaries() >= Math.min(primaries, receipt.n());
  }

  private void check(Operation operation, Receipt receipt, boolean counted) {
    var holders = holders(scene, operation);
    boolean synced = true;
    for (var machine : scene.cluster().machines()) {
      synced &= machine.config().durable();
    }
    int primaries = 0;
    for (var node : holders.keySet()) {
      primaries += scene.isPrimary(operation.key(), node) ? 1 : 0;
    }
    int racks = new TreeSet<>(holders.values()).size();
    int fallbacks = holders.size() - primaries;
    if (receipt.durable() && !synced) {
      violation(operation, receipt, "is on nodes that do not sync");
    }
    // Who was an owner then need not be one now.
    boolean fewerNodes =
        scene.ringHasChanged()
            ? receipt.primaries() + receipt.fallbacks() > holders.size()
            : receipt.primaries() > primaries || receipt.fallbacks() > fallbacks;
    boolean fewer = fewerNodes || receipt.racks() > racks;
    if (receipt.durable() && fewer && counted) {
      violation(
          operation,
          receipt,
          "is on "
              + primaries
              + " primaries and "
              + fallbacks
              + " other nodes in "
              + racks
              + " racks");
    }
  }

  /** All nodes that have at some time had it on disk, or what replaced it, and where they stand. */
  static SortedMap<NodeId, Zone> holders(Scene scene, Operation operation) {
    var holders = new TreeMap<NodeId, Zone>(operation.everHeld());
    for (var machine : scene.cluster().machines()) {
      var identity = machine.identity();
      if (identity != null && hadIt(scene, identity, operation)) {
        holders.put(identity, machine.config().zone());
      }
    }
    return holders;
  }

  private static boolean hadIt(Scene scene, NodeId node, Operation operation) {
    var durable = scene.evidence().everDurable(node, operation.key());
    return operation.dots().stream().anyMatch(durable::covers);
  }

  private void violation(Operation operation, Receipt receipt, String truth) {
    scene.violation(
        HonestReceipts.class, operation + " was acknowledged with " + receipt + " and " + truth);
  }
}
