package io.flywheel.core.ring;

import java.util.Arrays;

/**
 * For each member a list of partitions, to be looked through round-robin. Entries are not taken out
 * when they become stale; who looks drops them then.
 */
final class Holdings {
  private final int[][] partitions;
  private final int[] sizes;
  private final int[] cursors;

  Holdings(int members) {
    partitions = new int[members][8];
    sizes = new int[members];
    cursors = new int[members];
  }

  void add(int member, int partition) {
    int size = sizes[member]++;
    if (size == partitions[member].length) {
      partitions[member] = Arrays.copyOf(partitions[member], size * 2);
    }
    partitions[member][size] = partition;
  }

  int size(int member) {
    return sizes[member];
  }

  /** The partition on which the last look stopped, so that looking on is fair and cheap. */
  int current(int member) {
    if (cursors[member] >= sizes[member]) {
      cursors[member] = 0;
    }
    return partitions[member][cursors[member]];
  }

  void advance(int member) {
    cursors[member]++;
  }

  void dropCurrent(int member) {
    partitions[member][cursors[member]] = partitions[member][--sizes[member]];
  }
}
