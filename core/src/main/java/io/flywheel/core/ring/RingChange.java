package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;

/** One step from a ring to the next. */
public sealed interface RingChange {
  /** A new member takes its share from the others. */
  record Add(RingMember member) implements RingChange {}

  /** A member that is gone for good is given up: the others restore its copies. */
  record Remove(NodeId node) implements RingChange {}

  /** A member leaves by its own wish, and gives its copies to the others. */
  record Leave(NodeId node) implements RingChange {}

  /** A new member takes the place of {@code old}, which is gone for good. */
  record Replace(NodeId old, RingMember by) implements RingChange {}

  /** A member takes a larger or smaller share from now on. */
  record Reweigh(NodeId node, int weight) implements RingChange {}

  /** Every partition has so many copies from now on. */
  record Replicate(Replication replication) implements RingChange {}

  /** Whether this member is gone, by the word of an operator, so that nobody waits for it. */
  default boolean givesUp(NodeId member) {
    return switch (this) {
      case Remove(var node) -> node.equals(member);
      case Replace(var old, _) -> old.equals(member);
      case Add _, Leave _, Reweigh _, Replicate _ -> false;
    };
  }

  /** Whether this member is none any more when the change is over. */
  default boolean takesOut(NodeId member) {
    return givesUp(member) || (this instanceof Leave(var node) && node.equals(member));
  }

  default void write(ByteWriter out) {
    switch (this) {
      case Add(var member) -> member.write(out.u8(1));
      case Remove(var node) -> out.u8(2).i64(node.value());
      case Replace(var old, var by) -> by.write(out.u8(3).i64(old.value()));
      case Reweigh(var node, var weight) -> out.u8(4).i64(node.value()).varint(weight);
      case Leave(var node) -> out.u8(5).i64(node.value());
      case Replicate(var replication) -> {
        out.u8(6).varint(replication.n()).bool(replication.isByDatacenter());
        if (replication.isByDatacenter()) {
          replication.write(out);
        }
      }
    }
  }

  static RingChange read(ByteReader in) throws MalformedException {
    int kind = in.u8();
    return switch (kind) {
      case 1 -> new Add(RingMember.read(in));
      case 2 -> new Remove(new NodeId(in.i64()));
      case 3 -> new Replace(new NodeId(in.i64()), RingMember.read(in));
      case 4 -> new Reweigh(new NodeId(in.i64()), weight(in));
      case 5 -> new Leave(new NodeId(in.i64()));
      case 6 -> new Replicate(replication(in));
      default -> throw new MalformedException("a ring's change of the unknown kind " + kind);
    };
  }

  private static Replication replication(ByteReader in) throws MalformedException {
    int n = in.count(Ring.MOST_REPLICAS);
    if (n == 0) {
      throw new MalformedException("a partition without copies");
    }
    return in.bool() ? Ring.readReplication(in, n) : Replication.spread(n);
  }

  private static int weight(ByteReader in) throws MalformedException {
    int weight = in.count(RingMember.MOST_WEIGHT);
    if (weight == 0) {
      throw new MalformedException("a member without weight");
    }
    return weight;
  }
}
