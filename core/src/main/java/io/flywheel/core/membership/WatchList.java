package io.flywheel.core.membership;

import io.flywheel.core.model.NodeId;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who sends heartbeats to whom. In a small cluster everybody to everybody; in a larger one each
 * member to its neighbours on either side in the order of identities, which are random. So a member
 * is watched by a dozen others however many there are, and they are the ones that it watches.
 */
final class WatchList {
  static final int MOST = 12;

  private WatchList() {}

  static SortedSet<NodeId> of(NodeId self, Collection<NodeId> members) {
    var watched = new TreeSet<>(members);
    watched.remove(self);
    if (watched.size() <= MOST) {
      return watched;
    }
    var ring = List.copyOf(watched);
    int place = watched.headSet(self).size();
    watched.clear();
    for (int i = 0; i < MOST / 2; i++) {
      watched.add(ring.get((place + i) % ring.size()));
      watched.add(ring.get((place + ring.size() - 1 - i) % ring.size()));
    }
    return watched;
  }
}
