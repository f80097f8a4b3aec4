package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What this node keeps for owners that lose by the change under way. A write that one of them
 * missed before everybody knew of the change counts among its copies what a stand-in keeps; where
 * reads ask the owners after the change, nobody would come to ask the stand-in. So it has to have
 * been paid, to those who own the partition then, before anybody reads there. What is owed since
 * everybody knows of the change is with them in any case: it is enough that each of these debts has
 * been paid once.
 *
 * <p>Where a disk has lost or garbled what was owed, that never happens. When nothing has been paid
 * for a while, though all who are to get it live, it goes on without, and says so.
 */
final class Obligations {
  private static final long PATIENCE_MILLIS = 30_000;

  private final DebtLedger ledger;
  private final DebtPayer payer;
  private final Consumer<String> report;
  private final TreeMap<NodeId, TreeSet<Integer>> open = new TreeMap<>();
  private boolean counted;
  private boolean givenUp;
  private long left;
  private long stuckSinceMillis;

  Obligations(DebtLedger ledger, DebtPayer payer, Consumer<String> report) {
    this.ledger = ledger;
    this.payer = payer;
    this.report = report;
  }

  /** Another change, or none, is under way. */
  void forget() {
    open.clear();
    counted = false;
    givenUp = false;
  }

  /** Whether they are met; to be asked again and again, once all have confirmed the change. */
  boolean areMet(Peers peers, long nowMillis) {
    if (!counted && ledger.isOpen()) {
      counted = true;
      count(peers);
      stuckSinceMillis = nowMillis;
    }
    open.forEach((owner, partitions) -> partitions.removeIf(partition -> isMet(owner, partition)));
    open.values().removeIf(TreeSet::isEmpty);
    long present = left();
    if (present != left || !heirsLive(peers, nowMillis)) {
      left = present;
      stuckSinceMillis = nowMillis;
    }
    boolean isStuck = !open.isEmpty() && nowMillis - stuckSinceMillis > PATIENCE_MILLIS;
    if (counted && isStuck && !givenUp) {
      givenUp = true;
      report.accept(
          left
              + " records that this node keeps for others have not come to those who own them by"
              + " the next ring, and none of them does any more: the change goes on without");
    }
    return counted && (open.isEmpty() || isStuck);
  }

  /** Whether this node keeps nothing for others but what it cannot read. */
  boolean areBeyondReading() {
    for (NodeId owner : ledger.waitingByOwner().keySet()) {
      for (int partition : ledger.owedTo(owner).keySet()) {
        if (!isMet(owner, partition)) {
          return false;
        }
      }
    }
    return true;
  }

  private long left() {
    long sum = 0;
    for (var entry : open.entrySet()) {
      for (int partition : entry.getValue()) {
        sum += ledger.owedTo(entry.getKey()).getOrDefault(partition, 0);
        sum -= payer.delivered(entry.getKey(), partition);
      }
    }
    return sum;
  }

  private boolean heirsLive(Peers peers, long nowMillis) {
    for (var partitions : open.values()) {
      for (int partition : partitions) {
        var heirs = new ArrayList<>(peers.ownership().ownersAfter(new Partition(partition)));
        heirs.removeIf(peers::isLost);
        if (peers.countAlive(heirs, nowMillis) < heirs.size()) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isMet(NodeId owner, int partition) {
    int owed = ledger.owedTo(owner).getOrDefault(partition, 0);
    return owed <= payer.delivered(owner, partition);
  }

  private void count(Peers peers) {
    var ownership = peers.ownership();
    var transition = ownership.transition();
    boolean leaves = transition != null && !transition.next().contains(peers.self());
    for (NodeId owner : ledger.waitingByOwner().keySet()) {
      for (int index : ledger.owedTo(owner).keySet()) {
        var partition = new Partition(index);
        boolean loses = !ownership.ownersAfter(partition).contains(owner);
        if (leaves || (loses && !ownership.fills(peers.self(), partition))) {
          open.computeIfAbsent(owner, _ -> new TreeSet<>()).add(index);
        }
      }
    }
  }
}
