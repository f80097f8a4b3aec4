package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * In each ring that anybody has, and in the one that it changes into, every partition has n owners:
 * that many different members, in as many different data centres and on as many different racks as
 * there are, up to n. Where data centres have numbers of copies of their own, the same goes for
 * each of these by itself. Members that are lost need not be given copies, so that where only they
 * stand counts for nothing. As all who are in one epoch have the same ring ({@link
 * OneEntryPerEpoch}), they also agree on the owners.
 */
final class PlacementRulesHold implements Witness {
  private final Scene scene;
  private long epoch;

  PlacementRulesHold(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    checkNewest();
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    checkNewest();
  }

  private void checkNewest() {
    var newest = scene.evidence().newest();
    if (newest == null || newest.epoch() <= epoch) {
      return;
    }
    epoch = newest.epoch();
    check(newest.ring(), newest.lost());
    var open = newest.transition();
    if (open != null) {
      check(open.next(), newest.lost());
    }
  }

  private void check(Ring ring, List<NodeId> lost) {
    var able = new ArrayList<NodeId>();
    ring.members().forEach(member -> able.add(member.id()));
    able.removeAll(lost);
    var eligible = zones(ring, able);
    for (int i = 0; i < ring.partitions(); i++) {
      var owners = ring.replicas(new Partition(i));
      boolean distinct = new TreeSet<>(owners).size() == owners.size();
      var zones = zones(ring, owners);
      if (!distinct
          || zones.size() < owners.size()
          || !isRight(ring.replication(), zones, eligible)) {
        scene.violation(
            PlacementRulesHold.class,
            "in epoch " + epoch + " partition " + i + " is owned by " + owners + " in " + ring);
      }
    }
  }

  /** Whether as many stand as there are to be where there are to be any. */
  private static boolean isRight(Replication replication, List<Zone> owners, List<Zone> eligible) {
    if (owners.size() != replication.n()) {
      return false;
    }
    if (!replication.isByDatacenter()) {
      return areSpread(owners, eligible);
    }
    for (var datacenter : replication.byDatacenter().entrySet()) {
      var there = inside(owners, datacenter.getKey());
      if (there.size() != datacenter.getValue()
          || !areSpread(there, inside(eligible, datacenter.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean areSpread(List<Zone> owners, List<Zone> eligible) {
    return new TreeSet<>(owners).size() >= Math.min(owners.size(), new TreeSet<>(eligible).size())
        && datacenters(owners) >= Math.min(owners.size(), datacenters(eligible));
  }

  private static List<Zone> inside(List<Zone> zones, String datacenter) {
    return zones.stream().filter(zone -> zone.datacenter().equals(datacenter)).toList();
  }

  private static long datacenters(List<Zone> zones) {
    return zones.stream().map(Zone::datacenter).distinct().count();
  }

  /** Where these nodes stand; who is no member stands nowhere. */
  private static List<Zone> zones(Ring ring, List<NodeId> nodes) {
    var zones = new ArrayList<Zone>();
    for (NodeId node : nodes) {
      var member = ring.member(node);
      if (member != null) {
        zones.add(member.zone());
      }
    }
    return zones;
  }
}
