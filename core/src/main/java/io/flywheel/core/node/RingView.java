package io.flywheel.core.node;

import io.flywheel.core.model.NodeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ring and its changes, as a node sees them.
 *
 * @param epoch counts what was decided of the cluster: 1 at its formation, 0 before
 * @param change what is under way; null where the ring rests
 * @param lost members that are destroyed, and that others are to take the places of
 */
public record RingView(
    long epoch, Standing standing, @Nullable ChangeView change, List<NodeId> lost) {
  public RingView(long epoch, Standing standing, @Nullable ChangeView change) {
    this(epoch, standing, change, List.of());
  }
}
