package io.flywheel.core.model;

import org.jspecify.annotations.Nullable;

/**
 * A member's identity: drawn at random when its data directory is made and kept there. Names and
 * addresses are attributes of a member; two directories are never the same member.
 */
public record NodeId(long value) implements Comparable<NodeId> {
  /** Written out: nothing is compared as often, and a record's own is slow until it is compiled. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NodeId node && node.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  @Override
  public int compareTo(NodeId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format("%016x", value);
  }
}
