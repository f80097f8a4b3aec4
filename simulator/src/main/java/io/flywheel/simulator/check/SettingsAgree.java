package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.simulator.workload.Lookout;
import io.flywheel.simulator.workload.SettingsOperator;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.List;
import java.util.TreeMap;

/**
 * What shapes records is the same for all in the end. On the way there nobody ever lets a namespace
 * go, or merges its records in another way than others; and what an operator was told to be so is
 * on the disk of whoever said it.
 */
public final class SettingsAgree implements Witness, SettingsOperator.Listener {
  private final Scene scene;
  private final TreeMap<String, Conflicts> conflicts = new TreeMap<>();

  SettingsAgree(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    if (mutations.stream().noneMatch(it -> it.storageKey().equals(StorageKey.CLUSTER))) {
      return;
    }
    var cluster = Lookout.clusterOf(machine);
    if (cluster == null) {
      return;
    }
    for (NamespaceSettings namespace : cluster.records().namespaces().values()) {
      var known = conflicts.putIfAbsent(namespace.name(), namespace.conflicts());
      if (known != null && known != namespace.conflicts()) {
        violation(
            machine
                + " merges records of "
                + namespace.name()
                + " by "
                + namespace.conflicts()
                + ", and others by "
                + known);
      }
    }
  }

  @Override
  public void answered(SimulatedProcess process, RingOrder order, RingAnswer answer) {
    if (answer instanceof RingAnswer.Accepted(long epoch)
        && order instanceof RingOrder.DeclareNamespace(var namespace, _)) {
      var cluster = Lookout.clusterOf(process.machine());
      boolean isThere =
          cluster != null
              && cluster.epoch() >= epoch
              && cluster.records().namespace(namespace.name()) != null
              && (cluster.epoch() > epoch
                  || namespace.equals(cluster.records().namespace(namespace.name())));
      if (!isThere) {
        violation(
            process + " accepts " + namespace + " in epoch " + epoch + ", and its disk has not");
      }
    }
  }

  /** Some time after all has been healed. */
  void unfinished(String obstacle) {
    if (!scene.findings().any()) {
      violation(obstacle);
    }
  }

  private void violation(String text) {
    scene.violation(SettingsAgree.class, text);
  }
}
