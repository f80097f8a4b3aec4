package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be asked and who is to be told, as of one epoch of the cluster. Without a change both
 * are the owners by the ring. While the ring changes into another ({@link Transition}) a partition
 * that moves has two lists of owners: both are written, each with its own quorum, and one is read.
 * Where the number of copies changes one list is longer than the other, and every partition moves.
 */
public final class Ownership {
  private final long epoch;
  private final Ring before;
  private final @Nullable Transition transition;

  /** The numbers of the partitions that move; it is asked for with every request. */
  private final BitSet moving;

  public Ownership(long epoch, Ring ring, @Nullable Transition transition) {
    this.epoch = epoch;
    this.before = ring;
    this.transition = transition;
    this.moving = transition == null ? new BitSet(0) : ring.changed(transition.next());
  }

  /** Of the cluster. */
  public long epoch() {
    return epoch;
  }

  /** The ring that is read, and in whose order fallbacks stand in. */
  public Ring ring() {
    return transition == null ? before : transition.readRing(before);
  }

  public @Nullable Transition transition() {
    return transition;
  }

  /** Those who answer reads: n nodes in the order of the preference list. */
  public List<NodeId> readers(Partition partition) {
    return ring().replicas(partition);
  }

  /** The readers, and in what order other members stand in for owners. */
  public PreferenceList preferenceList(Partition partition) {
    return new PreferenceList(ring(), partition, moves(partition) ? writers(partition) : List.of());
  }

  /** The owners by the ring before the change. */
  public List<NodeId> ownersBefore(Partition partition) {
    return before.replicas(partition);
  }

  /** The owners by the ring after it; the same where nothing changes. */
  public List<NodeId> ownersAfter(Partition partition) {
    return transition == null ? before.replicas(partition) : transition.next().replicas(partition);
  }

  /** Everybody who has to have what is written: the readers first, and who else owns it. */
  public List<NodeId> writers(Partition partition) {
    if (!moves(partition)) {
      return readers(partition);
    }
    var writers = new ArrayList<>(readers(partition));
    addMissing(writers, ownersBefore(partition));
    addMissing(writers, ownersAfter(partition));
    return writers;
  }

  private static void addMissing(List<NodeId> writers, List<NodeId> owners) {
    for (NodeId owner : owners) {
      if (!writers.contains(owner)) {
        writers.add(owner);
      }
    }
  }

  /** The owners by the ring that is not read; null where they are the same. */
  public @Nullable List<NodeId> ownersBeside(Partition partition) {
    if (transition == null || !moves(partition)) {
      return null;
    }
    return transition.phase() == Phase.READY ? ownersBefore(partition) : ownersAfter(partition);
  }

  /** Who owns the partition when the change is over, whichever way it goes on now. */
  public List<NodeId> lastingOwners(Partition partition) {
    return transition == null || transition.undone()
        ? ownersBefore(partition)
        : ownersAfter(partition);
  }

  /** The writers that have, or are to have, all that was ever written: not who is yet to get it. */
  public List<NodeId> holders(Partition partition) {
    return awaitsCopies() ? ownersBefore(partition) : writers(partition);
  }

  /** Whether {@code node} owns the partition and is yet to get what was written before. */
  public boolean fills(NodeId node, Partition partition) {
    return awaitsCopies() && gains(node, partition);
  }

  /** Whether {@code node} is yet to get what was written before of anything. */
  public boolean fills(NodeId node) {
    return awaitsCopies() && !gainedBy(node).isEmpty();
  }

  /** Whether {@code node} owns the partition after the change and not before. */
  public boolean gains(NodeId node, Partition partition) {
    return transition != null
        && transition.next().owns(node, partition)
        && !before.owns(node, partition);
  }

  private boolean awaitsCopies() {
    return transition != null && transition.phase() == Phase.JOINING;
  }

  /** Whether other nodes own the partition after the change than before. */
  public boolean moves(Partition partition) {
    return moving.get(partition.index());
  }

  /** Whether there are to be other numbers of copies than before. */
  public boolean replicationChanges() {
    return transition != null && !transition.next().replication().equals(before.replication());
  }

  /** Whether {@code node} has to have what is written in the partition. */
  public boolean owns(NodeId node, Partition partition) {
    return before.owns(node, partition)
        || (transition != null && transition.next().owns(node, partition));
  }

  /** The partitions that {@code node} has a copy of or is to have one of, ascending. */
  public List<Partition> partitionsOf(NodeId node) {
    var owned = before.heldBy(node);
    if (transition != null) {
      owned.or(transition.next().heldBy(node));
    }
    return Partition.listOf(owned);
  }

  /** Whether {@code node} owns the partition before the change and after it. */
  public boolean keeps(NodeId node, Partition partition) {
    return before.owns(node, partition)
        && (transition == null || transition.next().owns(node, partition));
  }

  /**
   * Where {@code node} has to get what it lacks of what was written before: the partitions that it
   * gains and, where the number of copies changes, those that it keeps and others give up,
   * ascending.
   */
  public List<Partition> filledBy(NodeId node) {
    if (!replicationChanges()) {
      return gainedBy(node);
    }
    var filled = new ArrayList<Partition>();
    for (int i = 0; i < before.partitions(); i++) {
      var partition = new Partition(i);
      boolean outlasts = keeps(node, partition) && isGivenUpBySome(partition);
      if (outlasts || gains(node, partition)) {
        filled.add(partition);
      }
    }
    return filled;
  }

  private boolean isGivenUpBySome(Partition partition) {
    return !ownersAfter(partition).containsAll(ownersBefore(partition));
  }

  /** The partitions that {@code node} owns after the change and not before, ascending. */
  public List<Partition> gainedBy(NodeId node) {
    if (transition == null) {
      return List.of();
    }
    var gained = transition.next().heldBy(node);
    gained.andNot(before.heldBy(node));
    return Partition.listOf(gained);
  }
}
