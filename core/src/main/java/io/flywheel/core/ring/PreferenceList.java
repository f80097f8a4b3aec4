package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The nodes that may be asked about a partition, best first (Dynamo 4.3 and 4.6): its own n
 * replicas, then everybody else as a fallback.
 *
 * <p>Fallbacks come in the order in which a walk on clockwise meets them in the lists of the
 * following partitions. Neighbouring partitions have different replicas, so that the load of a lost
 * node falls on many. All nodes walk over the same ring and so agree on who stands in next. The
 * walk goes as far as it is asked to, one list at a time; only a caller that finds no live node
 * walks all round.
 */
public final class PreferenceList {
  private final Ring ring;
  private final Partition partition;
  private final List<NodeId> writers;

  /** {@code writers}: all owners by two rings, while one changes into the other; else empty. */
  PreferenceList(Ring ring, Partition partition, List<NodeId> writers) {
    this.ring = ring;
    this.partition = partition;
    this.writers = writers;
  }

  public Partition partition() {
    return partition;
  }

  /** The n distinct nodes that own the partition, in order; the first coordinates. */
  public List<NodeId> primaries() {
    return ring.replicas(partition);
  }

  /** All that have to have what is written: the primaries and, after them, further owners. */
  public List<NodeId> writers() {
    return writers.isEmpty() ? primaries() : writers;
  }

  /** Every member that is no owner, once each, walked to as the iterator advances. */
  public Iterable<NodeId> fallbacks() {
    return this::walk;
  }

  private Iterator<NodeId> walk() {
    return new Walk(ring, partition.index(), writers);
  }

  /**
   * At most n live nodes: each live primary in its place, and in the place of each other one the
   * next live fallback. Shorter than n where too few members live.
   */
  public List<Replica> among(Predicate<NodeId> live) {
    return among(primaries(), live);
  }

  /** The same for all that have to have what is written. */
  public List<Replica> writersAmong(Predicate<NodeId> live) {
    return among(writers(), live);
  }

  private List<Replica> among(List<NodeId> owners, Predicate<NodeId> live) {
    if (ring.spansDatacenters()) {
      return amongDatacenters(owners, live);
    }
    var chosen = new ArrayList<Replica>(owners.size());
    Iterator<NodeId> fallbacks = null;
    for (NodeId owner : owners) {
      if (live.test(owner)) {
        chosen.add(new Replica.Primary(owner));
        continue;
      }
      if (fallbacks == null) {
        fallbacks = walk();
      }
      while (fallbacks.hasNext()) {
        NodeId node = fallbacks.next();
        if (live.test(node)) {
          chosen.add(new Replica.FallbackFor(node, owner));
          break;
        }
      }
    }
    return chosen;
  }

  /** The same, where for each owner those in its data centre stand in before others. */
  private List<Replica> amongDatacenters(List<NodeId> owners, Predicate<NodeId> live) {
    var free = new ArrayList<NodeId>();
    if (!owners.stream().allMatch(live)) {
      fallbacks().forEach(node -> free.add(node));
      free.removeIf(live.negate());
    }
    var chosen = new ArrayList<Replica>(owners.size());
    for (NodeId owner : owners) {
      if (live.test(owner)) {
        chosen.add(new Replica.Primary(owner));
      } else if (!free.isEmpty()) {
        int near = 0;
        while (near < free.size() && !ring.areNear(free.get(near), owner)) {
          near++;
        }
        NodeId next = free.remove(near < free.size() ? near : 0);
        chosen.add(new Replica.FallbackFor(next, owner));
      }
    }
    return chosen;
  }

  @Override
  public String toString() {
    return partition + " on " + primaries();
  }
}
