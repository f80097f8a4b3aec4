package io.flywheel.core.node;

import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.Replication;
import java.util.List;

/**
 * What an operator wants of the ring, or of the settings that its members share. A node that is to
 * join asks by {@link Node#join}.
 */
public sealed interface RingOrder {
  /** The copies of this member, which is dead for good, go to the others. */
  record Remove(String name) implements RingOrder {}

  /**
   * These members are destroyed, and never return: nothing waits for them any more. The copies that
   * they had are restored when they are removed or replaced.
   */
  record Lose(List<String> names) implements RingOrder {}

  /** The node that is asked leaves: its copies go to the others. */
  record Leave() implements RingOrder {}

  /** This member takes a larger or smaller share from now on. */
  record Reweigh(String name, int weight) implements RingOrder {}

  /** There are so many copies of each key from now on. */
  record Replicate(Replication replication) implements RingOrder {}

  /**
   * A namespace is like this from now on.
   *
   * @param isNew whether there is none of that name yet
   */
  record DeclareNamespace(NamespaceSettings namespace, boolean isNew) implements RingOrder {}

  /** Writes are held to these limits from now on. */
  record SetLimits(Limits limits) implements RingOrder {}

  /** The change that is under way goes back to where it came from. */
  record Undo() implements RingOrder {}
}
