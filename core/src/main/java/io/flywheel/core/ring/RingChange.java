package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;

/** One step from a ring to the next. */
public sealed interface RingChange {
  /** A new member takes its share from the others. */
  record Add(RingMember member) implements RingChange {}

  /** A member leaves, or is given up: its copies go to the others. */
  record Remove(NodeId node) implements RingChange {}

  /** A new member takes the place of {@code old}, which leaves. */
  record Replace(NodeId old, RingMember by) implements RingChange {}

  /** A member takes a larger or smaller share from now on. */
  record Reweigh(NodeId node, int weight) implements RingChange {}
}
