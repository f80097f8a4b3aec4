package io.flywheel.core.ring;

/**
 * The rule that each single partition keeps: its n replicas are spread over the racks evenly, n
 * divided by the number of racks rounded down or up for each, or what a rack's quota divided by Q
 * requires beyond that; and likewise over the data centres.
 *
 * <p>So with at least n racks all replicas stand on distinct racks, since no quota is above Q then,
 * and with at most n racks every rack has one, since no quota is below Q. Five replicas on two
 * equal racks stand three to two, never four to one; on racks of two and ten nodes they may, where
 * else the two would hold nearly everything.
 */
final class Spread {
  private final Topology topology;
  private final int[] rackLeast;
  private final int[] rackMost;
  private final int[] datacenterLeast;
  private final int[] datacenterMost;
  private int sumOfLeast;

  Spread(Topology topology, Quotas quotas, int partitions, int n) {
    this.topology = topology;
    rackLeast = new int[topology.racks()];
    rackMost = new int[topology.racks()];
    for (int rack = 0; rack < rackLeast.length; rack++) {
      rackLeast[rack] = Math.min(n / topology.racks(), quotas.ofRack(rack) / partitions);
      rackMost[rack] =
          Math.max(
              Math.ceilDiv(n, topology.racks()), Math.ceilDiv(quotas.ofRack(rack), partitions));
      sumOfLeast += rackLeast[rack];
    }
    int centers = topology.datacenters();
    datacenterLeast = new int[centers];
    datacenterMost = new int[centers];
    for (int i = 0; i < centers; i++) {
      datacenterLeast[i] = Math.min(n / centers, quotas.ofDatacenter(i) / partitions);
      datacenterMost[i] =
          Math.max(Math.ceilDiv(n, centers), Math.ceilDiv(quotas.ofDatacenter(i), partitions));
      sumOfLeast += datacenterLeast[i];
    }
  }

  /** Whether {@code leaving} may give its place in a partition to some member of {@code rack}. */
  boolean allows(Deal deal, int partition, int leaving, int rack) {
    int from = topology.rackOf(leaving);
    if (from == rack) {
      return true;
    }
    if (deal.inRack(partition, from) <= rackLeast[from]
        || deal.inRack(partition, rack) >= rackMost[rack]) {
      return false;
    }
    int fromCenter = topology.datacenterOfRack(from);
    int center = topology.datacenterOfRack(rack);
    return fromCenter == center
        || (deal.inDatacenter(partition, fromCenter) > datacenterLeast[fromCenter]
            && deal.inDatacenter(partition, center) < datacenterMost[center]);
  }

  /** By how many replicas a partition breaks the rule. */
  int violation(Deal deal, int partition) {
    int over = 0;
    int missing = sumOfLeast;
    for (int slot = 0; slot < deal.n(); slot++) {
      int member = deal.at(partition, slot);
      if (member == Deal.NOBODY) {
        continue;
      }
      int rack = topology.rackOf(member);
      int rank = deal.inRackBefore(partition, slot, rack);
      over += rank >= rackMost[rack] ? 1 : 0;
      missing -= rank < rackLeast[rack] ? 1 : 0;
      int center = topology.datacenterOfRack(rack);
      rank = deal.inDatacenterBefore(partition, slot, center);
      over += rank >= datacenterMost[center] ? 1 : 0;
      missing -= rank < datacenterLeast[center] ? 1 : 0;
    }
    return over + missing;
  }
}
