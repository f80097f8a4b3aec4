package io.flywheel.core.replica;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this node owes in all, counted: to whom, in which partitions, and since which era. Counted
 * up from the disk at the start; until that is through, no further debt is taken.
 */
public final class DebtLedger {
  private final long limitBytes;
  private final TreeMap<NodeId, TreeMap<Integer, Integer>> byOwner = new TreeMap<>();
  private final TreeMap<Long, Integer> byEra = new TreeMap<>();
  private boolean open;
  private boolean refusing;
  private long waiting;
  private long bytes;

  /** Debts together take at most {@code limitBytes} of disk; 0 takes none. */
  public DebtLedger(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** All debts on disk have been counted. */
  public void open() {
    open = true;
  }

  public boolean isOpen() {
    return open;
  }

  /**
   * Whether no more is taken for others: by a node that leaves, as what it keeps would leave with
   * it.
   */
  public void refuseMore(boolean refuse) {
    refusing = refuse;
  }

  /** Whether a debt with a record of so many bytes can be taken. */
  boolean admits(long recordBytes) {
    return open && !refusing && limitBytes > 0 && bytes + recordBytes <= limitBytes;
  }

  /** Replaces what is owed of one key. */
  public void changed(Partition partition, Debts before, Debts after) {
    count(partition.index(), before, -1);
    count(partition.index(), after, 1);
  }

  /** Records owed, once for each owner that waits for them. */
  public long waiting() {
    return waiting;
  }

  public long bytes() {
    return bytes;
  }

  /** The label of the oldest debt; the largest number where there is none. */
  public long oldestEra() {
    return byEra.isEmpty() ? Long.MAX_VALUE : byEra.firstKey();
  }

  /** Partitions in which this owner waits for records, and how many. */
  public Map<Integer, Integer> owedTo(NodeId owner) {
    var partitions = byOwner.get(owner);
    return partitions == null ? Collections.emptyMap() : Collections.unmodifiableMap(partitions);
  }

  /** How many records each owner waits for. */
  public Map<NodeId, Long> waitingByOwner() {
    var counts = new TreeMap<NodeId, Long>();
    byOwner.forEach(
        (owner, partitions) ->
            counts.put(owner, partitions.values().stream().mapToLong(Integer::longValue).sum()));
    return counts;
  }

  private void count(int partition, Debts debts, int sign) {
    if (debts.isEmpty()) {
      return;
    }
    bytes += sign * debts.bytes();
    byEra.merge(debts.era(), sign, DebtLedger::sum);
    for (NodeId owner : debts.owners()) {
      waiting += sign;
      var partitions = byOwner.computeIfAbsent(owner, _ -> new TreeMap<>());
      partitions.merge(partition, sign, DebtLedger::sum);
      if (partitions.isEmpty()) {
        byOwner.remove(owner);
      }
    }
  }

  @SuppressWarnings("NullAway") // null removes the entry
  private static Integer sum(int a, int b) {
    return a + b == 0 ? null : a + b;
  }
}
