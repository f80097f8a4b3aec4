package io.flywheel.core.effect;

/** The parts of a node's database. */
public enum Table {
  /** Records by their key's place on the ring. */
  DATA,
  /** Values that conflicts dropped, by number: the oldest go first. */
  LOSERS,
  /** Who is owed a record, by the place of the record. */
  DEBTS,
  /** What the node has to know of itself and of its cluster: see {@link StorageKey}. */
  METADATA
}
