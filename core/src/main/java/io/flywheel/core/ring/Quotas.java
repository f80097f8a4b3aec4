package io.flywheel.core.ring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * How many copies each member should hold: in proportion to its weight, as far as the rules allow.
 *
 * <p>Three rules bound a share. No member holds a partition twice, so at most Q copies. With at
 * least n racks no rack holds a partition twice, so at most Q copies as well; with at most n racks
 * every rack holds each partition, so at least Q. The same goes for data centres. Where such a
 * bound bites (three replicas on three racks, one of which is smaller), balance gives way.
 *
 * <p>Intuition: pour water. Members are basins as wide as their weight and Q high, standing in
 * racks that stand in data centres; a common water level rises until Q * n copies are poured. A
 * group that has reached its upper bound takes no more, one below its lower bound is filled up from
 * its own tap. The level is found by bisection, since the amount only grows with it. Shares are
 * then rounded from the data centres down, each to one of its two neighbouring integers, so that
 * every group's sum is exact; who is rounded up is first of all who already holds that much,
 * because that moves nothing.
 *
 * <p>A member that is lost is a basin that is full with what it holds, unless the others have too
 * little room: then it is one like all.
 *
 * <p>Cost: 64 sums over the members for each level of the tree.
 */
final class Quotas {
  private static final int BISECTIONS = 64;

  /** Below this a fraction is what floating point made of an integer. */
  private static final double ROUNDING_ERROR = 1e-6;

  private final int[] ofMember;
  private final int[] ofRack;
  private final int[] ofDatacenter;

  private Quotas(int members, int racks, int datacenters) {
    ofMember = new int[members];
    ofRack = new int[racks];
    ofDatacenter = new int[datacenters];
  }

  /** Those of the first deal. */
  static Quotas of(Topology topology, int partitions, int n) {
    int members = topology.size();
    return of(topology, partitions, n, new int[members], new boolean[members]);
  }

  /** Quotas that sum up to partitions * n, as near to what is {@code held} now as rounding lets. */
  static Quotas of(Topology topology, int partitions, int n, int[] held, boolean[] isLost) {
    var quotas = new Quotas(topology.size(), topology.racks(), topology.datacenters());
    var tree = quotas.tree(topology, partitions, n, held, isLost);
    boolean hasRoom = tree.hasRoom() && tree.most >= partitions * n;
    (hasRoom ? tree : quotas.tree(topology, partitions, n, held, new boolean[held.length]))
        .settle(partitions * n);
    return quotas;
  }

  int ofMember(int member) {
    return ofMember[member];
  }

  int ofRack(int rack) {
    return ofRack[rack];
  }

  int ofDatacenter(int datacenter) {
    return ofDatacenter[datacenter];
  }

  private Share tree(Topology topology, int partitions, int n, int[] held, boolean[] isLost) {
    var inDatacenter = new ArrayList<List<Share>>();
    for (int i = 0; i < topology.datacenters(); i++) {
      inDatacenter.add(new ArrayList<>());
    }
    for (int rack = 0; rack < topology.racks(); rack++) {
      var inRack = new ArrayList<Share>();
      for (int member : topology.membersOfRack(rack)) {
        int weight = topology.members()[member].weight();
        int most = isLost[member] ? held[member] : partitions;
        inRack.add(new Share(weight, most, partitions, held[member], ofMember, member));
      }
      inDatacenter
          .get(topology.datacenterOfRack(rack))
          .add(group(inRack, topology.racks(), partitions, n, ofRack, rack));
    }
    var all = new ArrayList<Share>();
    for (int i = 0; i < inDatacenter.size(); i++) {
      all.add(group(inDatacenter.get(i), topology.datacenters(), partitions, n, ofDatacenter, i));
    }
    return new Share(all, 0, partitions * n, partitions, new int[1], 0);
  }

  /** One of {@code groups} groups, over which the n replicas of every partition are spread. */
  private static Share group(
      List<Share> parts, int groups, int partitions, int n, int[] result, int index) {
    int least = groups <= n ? partitions : 0;
    int most = groups >= n ? partitions : partitions * n;
    return new Share(parts, least, most, partitions, result, index);
  }

  /**
   * Rounds each of {@code ideal} down or up so that the sum is {@code total}: up first where more
   * than the lower integer is {@code held}, then by fraction.
   */
  private static int[] round(double[] ideal, int total, int[] held) {
    var whole = new int[ideal.length];
    var fraction = new double[ideal.length];
    var fractional = new ArrayList<Integer>();
    int left = total;
    for (int i = 0; i < ideal.length; i++) {
      whole[i] = (int) Math.floor(ideal[i] + ROUNDING_ERROR);
      fraction[i] = ideal[i] - whole[i];
      left -= whole[i];
      if (fraction[i] > ROUNDING_ERROR) {
        fractional.add(i);
      }
    }
    if (left < 0 || left > fractional.size()) {
      throw new IllegalStateException(
          left + " copies left to round " + fractional.size() + " shares up");
    }
    fractional.sort(
        Comparator.<Integer>comparingInt(i -> held[i] <= whole[i] ? 1 : 0)
            .thenComparingDouble(i -> -fraction[i])
            .thenComparingInt(i -> i));
    for (int i : fractional.subList(0, left)) {
      whole[i]++;
    }
    return whole;
  }

  /** A basin: a member, or a group of them. */
  private static final class Share {
    private final List<Share> parts;
    private final double weight;
    private final int least;
    private final int most;
    private final int held;
    private final int highest;
    private final int[] result;
    private final int index;

    Share(double weight, int most, int partitions, int held, int[] result, int index) {
      this.parts = Collections.emptyList();
      this.weight = weight;
      this.least = 0;
      this.most = most;
      this.highest = partitions;
      this.held = held;
      this.result = result;
      this.index = index;
    }

    Share(List<Share> parts, int least, int most, int highest, int[] result, int index) {
      this.parts = parts;
      this.weight = 0;
      this.least = Math.max(least, parts.stream().mapToInt(part -> part.least).sum());
      this.most = (int) Math.min(most, parts.stream().mapToLong(part -> part.most).sum());
      this.highest = highest;
      this.held = parts.stream().mapToInt(part -> part.held).sum();
      this.result = result;
      this.index = index;
    }

    /** Whether all that it has to hold has a place in its parts. */
    boolean hasRoom() {
      return least <= most && parts.stream().allMatch(Share::hasRoom);
    }

    /** What this holds while the water stands at {@code level}. */
    private double at(double level) {
      return Math.clamp(parts.isEmpty() ? weight * level : sumAt(level), least, most);
    }

    private double sumAt(double level) {
      double sum = 0;
      for (Share part : parts) {
        sum += part.at(level);
      }
      return sum;
    }

    void settle(int total) {
      result[index] = total;
      if (parts.isEmpty()) {
        return;
      }
      if (parts.size() == 1) {
        parts.getFirst().settle(total);
        return;
      }
      double low = 0;
      double high = highest;
      for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        if (sumAt(middle) < total) {
          low = middle;
        } else {
          high = middle;
        }
      }
      double level = high;
      double[] ideal = parts.stream().mapToDouble(part -> part.at(level)).toArray();
      int[] whole = round(ideal, total, parts.stream().mapToInt(part -> part.held).toArray());
      for (int i = 0; i < whole.length; i++) {
        parts.get(i).settle(whole[i]);
      }
    }
  }
}
