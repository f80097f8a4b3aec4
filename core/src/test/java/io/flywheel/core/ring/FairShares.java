package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullUnmarked;

/**
 * What each member should hold, worked out otherwise than by the code under test, for one data
 * centre: racks are clamped one after the other to Q copies, at most with n racks or more, at least
 * with n racks or fewer, and what is left is shared among the others by weight. Weights must be so
 * alike that no member reaches Q by itself.
 */
@NullUnmarked
final class FairShares {
  private final SortedMap<NodeId, Double> shares = new TreeMap<>();
  private final SortedMap<Zone, Double> ofRack = new TreeMap<>();

  FairShares(Collection<RingMember> members, int partitions, int n) {
    var weights = new TreeMap<Zone, Double>();
    for (RingMember member : members) {
      weights.merge(member.zone(), (double) member.weight(), Double::sum);
    }
    int racks = weights.size();
    var free = new TreeSet<>(weights.keySet());
    double left = (double) partitions * n;
    boolean clamped = true;
    while (clamped) {
      clamped = false;
      double weight = free.stream().mapToDouble(weights::get).sum();
      double share = left / weight;
      for (Zone rack : new ArrayList<>(free)) {
        double copies = share * weights.get(rack);
        if (racks == n || (racks > n ? copies > partitions : copies < partitions)) {
          ofRack.put(rack, (double) partitions);
          free.remove(rack);
          left -= partitions;
          clamped = true;
        } else {
          ofRack.put(rack, copies);
        }
        if (clamped && racks != n) {
          break;
        }
      }
    }
    for (RingMember member : members) {
      shares.put(
          member.id(), ofRack.get(member.zone()) * member.weight() / weights.get(member.zone()));
    }
  }

  FairShares(Ring ring) {
    this(ring.members(), ring.partitions(), ring.n());
  }

  double of(NodeId node) {
    return shares.get(node);
  }

  double ofRack(Zone rack) {
    return ofRack.get(rack);
  }

  /** How far the member that has most, relative to its share, is above it. */
  double excess(SortedMap<NodeId, Integer> held) {
    double excess = 0;
    for (var entry : held.entrySet()) {
      excess = Math.max(excess, entry.getValue() / of(entry.getKey()));
    }
    return excess;
  }

  /** The fewest copies that must move from {@code before} to give each member its share. */
  long leastMoved(Ring before) {
    var held = before.ownership();
    long given = 0;
    for (var entry : held.entrySet()) {
      given += shares.containsKey(entry.getKey()) ? 0 : entry.getValue();
    }
    long lacking = 0;
    for (var entry : shares.entrySet()) {
      double lack = Math.floor(entry.getValue() + 1e-6) - held.getOrDefault(entry.getKey(), 0);
      lacking += (long) Math.max(0, lack);
    }
    return Math.max(given, lacking);
  }
}
