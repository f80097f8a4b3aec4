package io.flywheel.simulator.workload;

/** What a client does that a well-behaved one would not. */
public enum Mischief {
  /** Writes without having read. */
  BLIND_PUT,
  /** Deletes without having read. */
  BLIND_DELETE,
  /** Writes with whatever context it still has, of its last read or write. */
  STALE_PUT,
  /** Writes with the context of its own last write, or without one, and never reads. */
  CHAINED_PUT,
  /** Sends a write again, with the same request id, to some node. */
  RETRY,
  /** Sends a write to two nodes at the same time, with the same request id. */
  HEDGED_PUT,
  /** Uses a request id for a second write. */
  REUSED_ID,
  /** Gives a write next to no time. */
  HASTY_PUT,
  /** Asks for counts at random, also impossible ones. */
  ODD_COUNTS,
  /** Writes a value that ends soon. */
  SHORT_LIVED_PUT,
  /** Writes a value that is too large. */
  OVERSIZED_PUT,
  /** Uses the context of another key. */
  FOREIGN_CONTEXT,
  /** Just reads. */
  PLAIN_GET,
  /** Asks what every replica holds. */
  EXPLAIN
}
