package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
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

  default void write(ByteWriter out) {
    switch (this) {
      case Add(var member) -> member.write(out.u8(1));
      case Remove(var node) -> out.u8(2).i64(node.value());
      case Replace(var old, var by) -> by.write(out.u8(3).i64(old.value()));
      case Reweigh(var node, var weight) -> out.u8(4).i64(node.value()).varint(weight);
    }
  }

  static RingChange read(ByteReader in) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case 1 -> new Add(RingMember.read(in));
      case 2 -> new Remove(new NodeId(in.i64()));
      case 3 -> new Replace(new NodeId(in.i64()), RingMember.read(in));
      case 4 -> new Reweigh(new NodeId(in.i64()), weight(in));
      default -> throw new MalformedException("a ring's change of the unknown kind " + kind);
    };
  }

  private static int weight(ByteReader in) throws MalformedException {
    int weight = in.count(RingMember.MOST_WEIGHT);
    if (weight == 0) {
      throw new MalformedException("a member without weight");
    }
    return weight;
  }
}
