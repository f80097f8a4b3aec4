package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Zone;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.Map;
import java.util.TreeMap;

/**
 * A write that was to reach a quorum of one data centre, or of each, is acknowledged when so many
 * nodes there have it on disk; and a receipt counts no data centre in which nobody has. Nothing is
 * counted where a fault destroyed data meanwhile.
 */
final class QuorumsStandWhereAsked implements Witness {
  private final Scene scene;

  QuorumsStandWhereAsked(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    var attempt = scene.history().attempt(respond.token());
    var operation = attempt == null ? null : attempt.operation();
    if (attempt != null
        && operation != null
        && respond.outcome() instanceof Written written
        && written.receipt().durable()
        && !scene.ringHasChanged()
        && attempt.damagesBefore() == scene.history().damages()) {
      check(operation, attempt.reach(), written.receipt());
    }
  }

  private void check(Operation operation, Reach reach, Receipt receipt) {
    var holders = new TreeMap<String, Integer>();
    for (Zone zone : HonestReceipts.holders(scene, operation).values()) {
      holders.merge(zone.datacenter(), 1, Integer::sum);
    }
    var copies = copies(operation.key());
    copies.forEach(
        (datacenter, count) -> {
          boolean asked =
              switch (reach.scope()) {
                case ANYWHERE, QUORUM, ALL -> false;
                case LOCAL -> datacenter.equals(reach.datacenter());
                case EACH -> true;
              };
          if (asked && holders.getOrDefault(datacenter, 0) < count / 2 + 1) {
            violation(operation, "takes " + reach + ", and is on " + holders + " of " + copies);
          }
        });
    if (receipt.datacenters() > holders.size() || receipt.datacenters() > receipt.racks()) {
      violation(operation, "is said to be in " + receipt + ", and is on " + holders);
    }
  }

  private Map<String, Integer> copies(Key key) {
    var copies = new TreeMap<String, Integer>();
    scene.primaries(key).forEach(owner -> copies.merge(owner.datacenter(), 1, Integer::sum));
    return copies;
  }

  private void violation(Operation operation, String text) {
    scene.violation(QuorumsStandWhereAsked.class, operation + " was acknowledged, " + text);
  }
}
