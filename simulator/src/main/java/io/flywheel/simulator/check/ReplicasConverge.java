package io.flywheel.simulator.check;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.world.SimulatedMachine;
import java.util.List;
import java.util.Objects;

/** Once healed all replicas of a key become equal bytes, without anybody reading it. */
final class ReplicasConverge {
  private final Scene scene;

  ReplicasConverge(Scene scene) {
    this.scene = scene;
  }

  boolean areEqual(Key key) {
    List<SimulatedMachine> primaries = scene.primaries(key);
    Bytes storageKey = StorageKey.ofRecord(key);
    Bytes nothing = SiblingsCodec.encode(key, Siblings.NONE);
    Bytes first = null;
    for (int i = 0; i < primaries.size(); i++) {
      Bytes record = primaries.get(i).disk().durable(Table.DATA).get(storageKey);
      if (record != null && record.equals(nothing)) {
        record = null;
      }
      if (i > 0 && !Objects.equals(record, first)) {
        return false;
      }
      first = record;
    }
    return true;
  }

  /** What keeps the replicas of a key from being one; empty for nothing. */
  String obstacle(Key key) {
    for (var machine : scene.primaries(key)) {
      if (scene.evidence().durable(machine, key) == null) {
        return machine + " cannot read " + key;
      }
    }
    return areEqual(key) ? "" : "the replicas of " + key + " are not equal";
  }

  /**
   * Whether repair can be asked for: one unreadable copy is restored from all others, so with a
   * second one, or with a member gone for good, an operator has to act first. The same holds where
   * two have different values of one write and a third that could decide is gone.
   */
  boolean isRepairable(Key key) {
    var primaries = scene.primaries(key);
    long unreadable =
        scene.cluster().inService().stream()
            .filter(machine -> scene.evidence().durable(machine, key) == null)
            .count();
    boolean complete = primaries.size() == scene.copies();
    boolean mendable = unreadable == 0 || (unreadable == 1 && complete && primaries.size() > 1);
    return mendable && (complete || !isContradictory(key, primaries));
  }

  private boolean isContradictory(Key key, List<SimulatedMachine> primaries) {
    for (var one : primaries) {
      for (var other : primaries) {
        var mine = scene.evidence().durable(one, key);
        var theirs = scene.evidence().durable(other, key);
        if (mine != null && theirs != null && mine.contradicts(theirs)) {
          return true;
        }
      }
    }
    return false;
  }

  void violation(String obstacle) {
    scene.violation(ReplicasConverge.class, obstacle);
  }
}
