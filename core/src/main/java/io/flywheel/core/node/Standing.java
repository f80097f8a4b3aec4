package io.flywheel.core.node;

/** Whether a node belongs to a cluster. */
public enum Standing {
  /** Not yet. */
  OUTSIDE,
  /** It does, also while it joins or leaves. */
  MEMBER,
  /** It has left by its own wish, and what it still keeps goes to the others. */
  DRAINING,
  /** It has left and keeps nothing that others need: its process may end well. */
  LEFT
}
