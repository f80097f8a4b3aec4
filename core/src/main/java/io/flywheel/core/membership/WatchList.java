package io.flywheel.core.membership;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who sends heartbeats to whom. In a small cluster everybody to everybody; in a larger one each
 * member to its neighbours on either side in the order of identities, which are random. So a member
 * is watched by a dozen others however many there are, and they are the ones that it watches.
 *
 * <p>Where there are several data centres, eight of them are its neighbours among those in its own,
 * and four its neighbours among all: few heartbeats go far, and yet somebody over there sees when a
 * whole data centre falls silent.
 */
final class WatchList {
  static final int MOST = 12;

  /** Of them, on either side among the members of one data centre, where there are others. */
  private static final int NEAR_ASIDE = 4;

  private WatchList() {}

  /** {@code isNear}: whether a member stands in the same data centre. */
  static SortedSet<NodeId> of(NodeId self, Collection<NodeId> members, Predicate<NodeId> isNear) {
    var others = new TreeSet<>(members);
    others.remove(self);
    if (others.size() <= MOST) {
      return others;
    }
    var near = new TreeSet<>(others);
    near.removeIf(isNear.negate());
    if (near.size() == others.size()) {
      return neighbours(self, others, MOST / 2);
    }
    var watched = neighbours(self, near, NEAR_ASIDE);
    watched.addAll(neighbours(self, others, MOST / 2 - NEAR_ASIDE));
    return watched;
  }

  private static SortedSet<NodeId> neighbours(NodeId self, SortedSet<NodeId> others, int aside) {
    List<NodeId> ring = new ArrayList<>(others);
    int place = others.headSet(self).size();
    var neighbours = new TreeSet<NodeId>();
    for (int i = 0; i < Math.min(aside, ring.size()); i++) {
      neighbours.add(ring.get((place + i) % ring.size()));
      neighbours.add(ring.get((place + ring.size() - 1 - i) % ring.size()));
    }
    return neighbours;
  }
}
