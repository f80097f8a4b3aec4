package io.flywheel.core.ring;

import io.flywheel.core.model.Replication;
import java.util.Arrays;

/** The lists of all partitions while they are being dealt or changed. */
final class Deal {
  /** The place of a member that has left. */
  static final int NOBODY = -1;

  private final Topology topology;
  private final int partitions;
  private final int n;
  private final int[] cells;
  private final int[] held;
  private int[] before = new int[0];

  Deal(Topology topology, int partitions, int n) {
    this.topology = topology;
    this.partitions = partitions;
    this.n = n;
    this.cells = new int[partitions * n];
    this.held = new int[topology.size()];
    Arrays.fill(cells, NOBODY);
  }

  Topology topology() {
    return topology;
  }

  int partitions() {
    return partitions;
  }

  int n() {
    return n;
  }

  int at(int partition, int slot) {
    return cells[partition * n + slot];
  }

  void put(int partition, int slot, int member) {
    int old = at(partition, slot);
    if (old != NOBODY) {
      held[old]--;
    }
    cells[partition * n + slot] = member;
    if (member != NOBODY) {
      held[member]++;
    }
  }

  void replace(int partition, int old, int by) {
    put(partition, slotOf(partition, old), by);
  }

  void swapSlots(int partition, int one, int other) {
    int kept = cells[partition * n + one];
    cells[partition * n + one] = cells[partition * n + other];
    cells[partition * n + other] = kept;
  }

  /** Takes what is there now for the state before the change. */
  void begin() {
    before = cells.clone();
  }

  /** Gives every place of a member that has left to {@code heir}. */
  void fillHoles(int heir) {
    for (int partition = 0; partition < partitions; partition++) {
      int hole = slotOf(partition, NOBODY);
      if (hole >= 0) {
        put(partition, hole, heir);
      }
    }
  }

  /** Whether a member did not hold a partition before the change. */
  boolean isNew(int partition, int member) {
    for (int i = partition * n; i < (partition + 1) * n; i++) {
      if (before[i] == member) {
        return false;
      }
    }
    return true;
  }

  /** How many copies each member holds; not a copy. */
  int[] held() {
    return held;
  }

  /** Where a member stands in a partition's list, or a negative number. */
  int slotOf(int partition, int member) {
    int start = partition * n;
    for (int slot = 0; slot < n; slot++) {
      if (cells[start + slot] == member) {
        return slot;
      }
    }
    return -1;
  }

  boolean contains(int partition, int member) {
    return slotOf(partition, member) >= 0;
  }

  int inRack(int partition, int rack) {
    return inRackBefore(partition, n, rack);
  }

  int inDatacenter(int partition, int datacenter) {
    return inDatacenterBefore(partition, n, datacenter);
  }

  /** How many of the first {@code slots} replicas stand in {@code rack}. */
  int inRackBefore(int partition, int slots, int rack) {
    int count = 0;
    for (int slot = 0; slot < slots; slot++) {
      int member = at(partition, slot);
      count += member != NOBODY && topology.rackOf(member) == rack ? 1 : 0;
    }
    return count;
  }

  /** How many of the first {@code slots} replicas stand in {@code datacenter}. */
  int inDatacenterBefore(int partition, int slots, int datacenter) {
    int count = 0;
    for (int slot = 0; slot < slots; slot++) {
      int member = at(partition, slot);
      count +=
          member != NOBODY && topology.datacenterOfRack(topology.rackOf(member)) == datacenter
              ? 1
              : 0;
    }
    return count;
  }

  Ring toRing(long epoch, Replication replication) {
    var replicas = new short[cells.length];
    for (int i = 0; i < cells.length; i++) {
      replicas[i] = (short) cells[i];
    }
    return new Ring(epoch, partitions, replication, topology.members(), replicas);
  }
}
