package io.flywheel.core.node;

/** What an operator wants of the ring. A node that is to join asks by {@link Node#join}. */
public sealed interface RingOrder {
  /** The copies of this member, which is dead for good, go to the others. */
  record Remove(String name) implements RingOrder {}

  /** The node that is asked leaves: its copies go to the others. */
  record Leave() implements RingOrder {}

  /** This member takes a larger or smaller share from now on. */
  record Reweigh(String name, int weight) implements RingOrder {}

  /** The change that is under way goes back to where it came from. */
  record Undo() implements RingOrder {}
}
