package io.flywheel.core.effect;

/** The parts of a node's database. */
public enum Table {
  /** Records by partition, namespace and key. */
  DATA,
  /** Siblings that an overflow dropped, by partition, namespace, key and dot. */
  LOSERS,
  /** Records owed to absent owners. */
  DEBTS,
  /** Identity, cluster and ring. */
  METADATA
}
