package io.flywheel.simulator.check;

import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Once all replicas are equal their trees know it: exchanges find nothing to compare and nothing to
 * send, and trees that are built anew from the disk are those that were kept up to date. Where no
 * fault has touched a disk they were never anything else.
 *
 * <p>An exchange that is under way when all become equal began before. It may have found
 * differences that are gone, and counts a record that it sent when it hears that this was stored. A
 * node has one exchange under way, so what it counts is looked at once it has ended one more.
 */
final class TreesAgree {
  private static final int ROUNDS = 2;

  private final Scene scene;
  private final Map<SimulatedProcess, AntiEntropyFigures> before = new LinkedHashMap<>();

  /** What each had counted when it had ended the exchange that may have been under way before. */
  private final Map<SimulatedProcess, AntiEntropyFigures> afresh = new LinkedHashMap<>();

  TreesAgree(Scene scene) {
    this.scene = scene;
  }

  /** From now on nothing may differ. */
  void begin() {
    before.clear();
    afresh.clear();
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process != null) {
        before.put(process, process.view().antiEntropy());
      }
    }
  }

  /**
   * Whether everybody has built anew what a fault may have falsified: a sweep that began after this
   * has come to its end.
   */
  boolean isBuiltAnew() {
    return isSince(0, 2);
  }

  /** Whether everybody has compared often enough, and built anew. */
  boolean isLookedAt() {
    noteEndedExchanges();
    return isSince(1 + ROUNDS, 1);
  }

  private void noteEndedExchanges() {
    before.forEach(
        (process, then) -> {
          var now = process.view().antiEntropy();
          if (now.exchanges() > then.exchanges()) {
            afresh.putIfAbsent(process, now);
          }
        });
  }

  /** Begins again when one of those that are looked at has ended. */
  private boolean isSince(int exchanges, int sweeps) {
    if (!before.keySet().stream().allMatch(SimulatedProcess::alive)) {
      begin();
      return false;
    }
    for (var entry : before.entrySet()) {
      var then = entry.getValue();
      var now = entry.getKey().view().antiEntropy();
      if ((hasPeers(entry.getKey()) && now.exchanges() < then.exchanges() + exchanges)
          || now.sweeps() < then.sweeps() + sweeps) {
        return false;
      }
    }
    return true;
  }

  /** Whether somebody who is there owns a partition together with it. */
  private boolean hasPeers(SimulatedProcess process) {
    var ring = scene.evidence().ring();
    if (ring != null) {
      for (var partition : ring.partitionsOf(process.id())) {
        var replicas = ring.replicas(partition);
        for (var other : before.keySet()) {
          if (other != process && replicas.contains(other.id())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  void check() {
    before.forEach((process, then) -> checkTrees(process, then, process.view().antiEntropy()));
    afresh.forEach((process, then) -> checkExchanges(process, then, process.view().antiEntropy()));
  }

  private void checkExchanges(
      SimulatedProcess process, AntiEntropyFigures then, AntiEntropyFigures now) {
    if (now.keysSent() != then.keysSent() || now.keysTaken() != then.keysTaken()) {
      violation(process + " still moves records that are equal");
    }
    if (now.differencesFound() != then.differencesFound()
        || now.falseAlarms() != then.falseAlarms()) {
      violation(process + " still finds differences where there are none");
    }
  }

  private void checkTrees(
      SimulatedProcess process, AntiEntropyFigures then, AntiEntropyFigures now) {
    boolean untouched = scene.history().damages() == 0;
    if (now.treesCorrected() != then.treesCorrected() || (untouched && now.treesCorrected() > 0)) {
      violation(process + " kept a tree that is not what its disk has");
    }
  }

  void unfinished() {
    before.forEach(
        (process, then) -> {
          var now = process.view().antiEntropy();
          violation(
              process
                  + " has compared "
                  + (now.exchanges() - then.exchanges())
                  + " times and read all of its records "
                  + (now.sweeps() - then.sweeps())
                  + " times");
        });
  }

  private void violation(String text) {
    scene.violation(TreesAgree.class, text);
  }
}
