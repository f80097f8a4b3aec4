package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Walks on clockwise from a partition and yields each member that does not own it, once. Members
 * that hold no copy at all (there are more members than copies) come last, by id.
 */
final class Walk implements Iterator<NodeId> {
  private final Ring ring;
  private final BitSet seen = new BitSet();
  private final int start;
  private int left;
  private int step = 1;
  private int slot;

  /** {@code owners}: who owns it by another ring. */
  Walk(Ring ring, int start, List<NodeId> owners) {
    this.ring = ring;
    this.start = start;
    for (int i = 0; i < ring.n(); i++) {
      seen.set(ring.replicaAt(start, i));
    }
    for (NodeId owner : owners) {
      int member = ring.indexOf(owner);
      if (member >= 0) {
        seen.set(member);
      }
    }
    left = ring.memberCount() - seen.cardinality();
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public NodeId next() {
    if (left == 0) {
      throw new NoSuchElementException();
    }
    int member = nextUnseen();
    seen.set(member);
    left--;
    return ring.idAt(member);
  }

  private int nextUnseen() {
    while (step < ring.partitions()) {
      int partition = (start + step) % ring.partitions();
      while (slot < ring.n()) {
        int member = ring.replicaAt(partition, slot++);
        if (!seen.get(member)) {
          return member;
        }
      }
      slot = 0;
      step++;
    }
    return seen.nextClearBit(0);
  }
}
