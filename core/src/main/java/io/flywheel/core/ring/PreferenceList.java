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

  PreferenceList(Ring ring, Partition partition) {
    this.ring = ring;
    this.partition = partition;
  }

  public Partition partition() {
    return partition;
  }

  /** The n distinct nodes that own the partition, in order; the first coordinates. */
  public List<NodeId> primaries() {
    return ring.replicas(partition);
  }

  /** Every member that is no primary, once each, walked to as the iterator advances. */
  public Iterable<NodeId> fallbacks() {
    return this::walk;
  }

  private Iterator<NodeId> walk() {
    return new Walk(ring, partition.index());
  }

  /**
   * At most n live nodes: each live primary in its place, and in the place of each other one the
   * next live fallback. Shorter than n where too few members live.
   */
  public List<Replica> among(Predicate<NodeId> live) {
    var chosen = new ArrayList<Replica>(ring.n());
    Iterator<NodeId> fallbacks = null;
    for (NodeId primary : primaries()) {
      if (live.test(primary)) {
        chosen.add(new Replica.Primary(primary));
        continue;
      }
      if (fallbacks == null) {
        fallbacks = walk();
      }
      while (fallbacks.hasNext()) {
        NodeId node = fallbacks.next();
        if (live.test(node)) {
          chosen.add(new Replica.FallbackFor(node, primary));
          break;
        }
      }
    }
    return chosen;
  }

  @Override
  public String toString() {
    return partition + " on " + primaries();
  }
}
