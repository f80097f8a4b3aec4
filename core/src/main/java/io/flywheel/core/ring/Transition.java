package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A change of the ring that is under way.
 *
 * @param began the epoch in which it came into being: what is older knows only the ring before
 * @param undone whether it goes back to the ring before: it is in phase {@link Phase#JOINING}, and
 *     nothing is copied any more
 * @param next the ring that there will be
 * @param givenUp members that nobody waits for on the way back
 */
public record Transition(
    RingChange change, long began, Phase phase, boolean undone, Ring next, List<NodeId> givenUp) {
  public Transition(RingChange change, long began, Phase phase, boolean undone, Ring next) {
    this(change, began, phase, undone, next, List.of());
  }

  /** The ring that is read, where {@code before} is the one before the change. */
  public Ring readRing(Ring before) {
    return phase == Phase.READY ? next : before;
  }

  Transition ready() {
    return new Transition(change, began, Phase.READY, false, next);
  }

  Transition goingBack(List<NodeId> without) {
    var all = new ArrayList<>(givenUp);
    for (NodeId node : without) {
      if (!all.contains(node)) {
        all.add(node);
      }
    }
    return new Transition(change, began, Phase.JOINING, true, next, List.copyOf(all));
  }

  /** Whether it leaves a partition to lost members alone that a living one has now. */
  boolean strands(Ring present, Collection<NodeId> lost) {
    if (undone) {
      return false;
    }
    for (int i = 0; i < present.partitions(); i++) {
      var partition = new Partition(i);
      boolean isThere =
          present.replicas(partition).stream()
              .anyMatch(node -> !lost.contains(node) && !change.givesUp(node));
      if (isThere && lost.containsAll(next.replicas(partition))) {
        return true;
      }
    }
    return false;
  }

  public void write(ByteWriter out) {
    change.write(out);
    out.varint(began).u8(phase.code()).bool(undone);
    next.write(out);
    LogEntry.write(out, givenUp);
  }

  /** Reads one that came from outside. */
  public static Transition read(ByteReader in) throws MalformedException {
    var change = RingChange.read(in);
    return new Transition(
        change, in.varint(), Phase.of(in.u8()), in.bool(), Ring.read(in), LogEntry.readNodes(in));
  }
}
