package io.flywheel.core.version;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;

/**
 * Who mints dots for one key: one life of one replica.
 *
 * @param incarnation random but for its node's bits, new at every start of a node and durable
 *     before its first mint, so that a disk that was cloned, restored or cut short never continues
 *     an old sequence
 * @param birth what the node's clock said when the actor began, which it never says again; new
 *     whenever the node mints for a key that it does not hold, so that one which lost or handed
 *     over a key starts a new sequence instead of reusing one whose dots others have seen
 */
public record Actor(long incarnation, long birth) implements Comparable<Actor> {
  /** What an incarnation has of its node's identity, so that an operator sees who wrote. */
  private static final long NODE_BITS = 0xffffff0000000000L;

  /** A new incarnation of a node: the beginning of its identity, and 40 random bits. */
  public static long incarnation(NodeId node, long random) {
    return (node.value() & NODE_BITS) | (random & ~NODE_BITS);
  }

  /** Whether this is, as far as can be told, a life of that node. */
  public boolean isLifeOf(NodeId node) {
    return ((incarnation ^ node.value()) & NODE_BITS) == 0;
  }

  @Override
  public int compareTo(Actor other) {
    int byIncarnation = Long.compareUnsigned(incarnation, other.incarnation);
    return byIncarnation != 0 ? byIncarnation : Long.compare(birth, other.birth);
  }

  void write(ByteWriter out) {
    out.i64(incarnation).i64(birth);
  }

  static Actor read(ByteReader in) throws MalformedException {
    long incarnation = in.i64();
    long birth = in.i64();
    if (birth <= 0) {
      throw new MalformedException("an actor without a birth");
    }
    return new Actor(incarnation, birth);
  }

  @Override
  public String toString() {
    return String.format("%08x.%x", incarnation >>> 32, birth);
  }
}
