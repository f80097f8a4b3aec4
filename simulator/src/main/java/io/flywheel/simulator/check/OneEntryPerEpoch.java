package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.RingChange;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Nobody ever has another cluster of the same epoch than anybody else; no epoch begins before all
 * members have the one before on their disks, but those that are given up; and nobody speaks of an
 * epoch that its disk does not have. Where less than a majority is left epochs may jump, once it is
 * said who is lost. Nothing is judged once a directory went back in time or was doubled: a voter
 * that forgets is no voter.
 */
final class OneEntryPerEpoch implements Witness {
  private final Scene scene;
  private final TreeMap<Long, Bytes> encoded = new TreeMap<>();
  private final TreeMap<Long, Cluster> clusters = new TreeMap<>();
  private final TreeMap<Integer, Long> durable = new TreeMap<>();

  OneEntryPerEpoch(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    adopted(machine);
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    if (mutations.stream().anyMatch(it -> it.storageKey().equals(StorageKey.CLUSTER))) {
      adopted(machine);
    }
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    long onDisk = durable.getOrDefault(from.machine().index(), 0L);
    if (isJudged() && envelope.epoch() > onDisk) {
      violation(from + " speaks of epoch " + envelope.epoch() + ", and its disk has " + onDisk);
    }
  }

  private void adopted(SimulatedMachine machine) {
    var record = machine.disk().durable(Table.METADATA).get(StorageKey.CLUSTER);
    var cluster = decode(record);
    var before = durable.put(machine.index(), cluster == null ? 0L : cluster.epoch());
    if (record == null || cluster == null || !isJudged()) {
      return;
    }
    var known = encoded.putIfAbsent(cluster.epoch(), record);
    if (known == null) {
      clusters.put(cluster.epoch(), cluster);
      begun(machine, cluster, clusters.get(before == null ? 0 : before));
    } else if (!known.equals(record)) {
      violation(
          machine
              + " has in epoch "
              + cluster.epoch()
              + " "
              + told(cluster)
              + ", and others have "
              + told(decode(known)));
    }
  }

  /** Nobody had this epoch before. */
  private void begun(SimulatedMachine first, Cluster cluster, @Nullable Cluster its) {
    boolean jumps = its != null && cluster.lost().size() > its.lost().size();
    var before = jumps ? its : clusters.get(cluster.epoch() - 1);
    if (before == null) {
      if (cluster.epoch() > 1) {
        violation(first + " begins epoch " + cluster.epoch() + ", and nobody had the one before");
      }
      return;
    }
    var givenUp = givenUp(before, cluster);
    for (Member member : before.members()) {
      long other = epochOf(member.id());
      if (!givenUp.contains(member.id()) && other < before.epoch()) {
        violation(
            first
                + " begins epoch "
                + cluster.epoch()
                + ": "
                + told(cluster)
                + ", and "
                + member.name()
                + " is in "
                + other);
      }
    }
  }

  private static List<NodeId> givenUp(Cluster before, Cluster now) {
    var givenUp = new ArrayList<>(now.lost());
    givenUp.addAll(before.lost()); // who is gone by now is lost no more
    var open = now.transition() == null ? before.transition() : now.transition();
    if (open != null) {
      givenUp.addAll(open.givenUp());
      if (open.change() instanceof RingChange.Remove(var node)) {
        givenUp.add(node);
      } else if (open.change() instanceof RingChange.Replace(var old, var by)) {
        givenUp.add(old);
        givenUp.add(open.undone() ? by.id() : old);
      } else if (open.change() instanceof RingChange.Add(var added) && open.undone()) {
        givenUp.add(added.id());
      }
    }
    return givenUp;
  }

  private long epochOf(NodeId member) {
    for (var machine : scene.cluster().machines()) {
      if (member.equals(machine.identity())) {
        return durable.getOrDefault(machine.index(), 0L);
      }
    }
    return 0;
  }

  /** How many entries were decided. */
  long steps() {
    return Math.max(0, clusters.size() - 1);
  }

  private boolean isJudged() {
    return !scene.history().revived()
        && scene.cluster().machines().stream().noneMatch(SimulatedMachine::isClone);
  }

  private static @Nullable Cluster decode(@Nullable Bytes record) {
    try {
      return record == null ? null : Cluster.decode(record);
    } catch (MalformedException e) {
      throw new IllegalStateException("a node stored a damaged cluster", e);
    }
  }

  private static String told(@Nullable Cluster cluster) {
    if (cluster == null) {
      return "nothing";
    }
    var open = cluster.transition();
    return open == null
        ? cluster.members().size() + " members at rest"
        : open.change() + " " + open.phase() + (open.undone() ? " undone" : "");
  }

  private void violation(String text) {
    scene.violation(OneEntryPerEpoch.class, text);
  }
}
