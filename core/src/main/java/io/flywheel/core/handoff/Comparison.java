package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Slice;
import java.util.List;

/** Finds out where this node's copy of a partition differs from another's. */
@FunctionalInterface
public interface Comparison {
  /** Hears where. */
  interface Listener {
    /** In these slices and nowhere else; what has been written meanwhile may differ as well. */
    void compared(List<Slice> differing);

    /** Nobody knows: the other one did not answer, or not in time. */
    void failed();
  }

  /** Reads this node's copy from its disk, and compares it with {@code other}'s by sums. */
  void compare(Peers peers, NodeId other, int partition, Listener listener);
}
