package io.flywheel.core.membership;

/** What this node believes of a member. It decides where requests go, never who owns data. */
public enum Liveness {
  ALIVE,
  /** Silent for unusually long, or without a connection, or late with an answer. */
  SUSPECT,
  /** Suspect for so long that nobody waits for it. */
  DOWN
}
