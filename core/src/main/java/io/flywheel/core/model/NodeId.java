package io.flywheel.core.model;

/**
 * A member's identity: drawn at random when its data directory is made and kept there. Names and
 * addresses are attributes of a member; two directories are never the same member.
 */
public record NodeId(long value) implements Comparable<NodeId> {
  @Override
  public int compareTo(NodeId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format("%016x", value);
  }
}
