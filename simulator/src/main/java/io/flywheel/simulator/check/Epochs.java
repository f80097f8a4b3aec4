package io.flywheel.simulator.check;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.RingChange;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was decided of the cluster, as the first disk to have each of it tells. */
final class Epochs {
  private final Set<NodeId> leaving = new TreeSet<>();
  private @Nullable Cluster newest;
  private @Nullable Cluster previous;
  private boolean ringHasChanged;
  private boolean copiesHaveChanged;
  private Consumer<Cluster> whenChanged = _ -> {};

  /** From now on this hears of each newer cluster. */
  void whenChanged(Consumer<Cluster> listener) {
    whenChanged = listener;
  }

  /** A disk has this one. */
  void seen(Cluster cluster) {
    var before = newest;
    if (before != null && cluster.epoch() <= before.epoch()) {
      return;
    }
    var open = cluster.transition();
    ringHasChanged |= before != null && before.ring().digest() != cluster.ring().digest();
    ringHasChanged |= open != null;
    copiesHaveChanged |= cluster.ownership().replicationChanges();
    previous = before;
    newest = cluster;
    if (open != null && open.change() instanceof RingChange.Leave(var node)) {
      leaving.add(node);
    } else if (open != null) {
      leaving.removeIf(open.change()::givesUp);
    }
    leaving.removeAll(cluster.lost());
    whenChanged.accept(cluster);
  }

  @Nullable Cluster newest() {
    return newest;
  }

  /** The one before it: who lags behind goes by that. */
  @Nullable Cluster previous() {
    return previous;
  }

  /** Whether members have come or gone, or were about to. */
  boolean ringHasChanged() {
    return ringHasChanged;
  }

  /** Whether there were other numbers of copies, or were about to be. */
  boolean copiesHaveChanged() {
    return copiesHaveChanged;
  }

  /** Whether it has left by its own wish, or is about to: then everybody waits for it. */
  boolean leaves(NodeId node) {
    return leaving.contains(node);
  }
}
