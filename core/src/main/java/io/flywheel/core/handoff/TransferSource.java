package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Message.TransferAsk;
import io.flywheel.core.message.Message.TransferPage;
import io.flywheel.core.message.Message.TransferStatus;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Hands pages of partitions that this node owns to those who are to own them. It does so only in
 * the epoch of whoever asks, and once everything that it took before that epoch is on its disk:
 * what comes since goes to both of them. It remembers nothing of what it has handed over.
 */
final class TransferSource {
  private static final int MAX_ENTRIES = 512;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_UNDER_WAY = 16;

  private final TransferEquipment with;
  private final BackgroundBudget.Share budget;
  private long drainedEpoch;
  private int underWay;
  private long bytesSent;

  TransferSource(TransferEquipment equipment, BackgroundBudget.Share budget) {
    this.with = equipment;
    this.budget = budget;
  }

  /** Bytes of records handed over since the start. */
  long bytesSent() {
    return bytesSent;
  }

  /** From now on this node is in that epoch. */
  void entered(long epoch) {
    drainedEpoch = 0;
    with.replica()
        .whenDrained(
            () -> {
              var cluster = with.progress().cluster();
              if (cluster != null && cluster.epoch() == epoch) {
                drainedEpoch = epoch;
              }
            });
  }

  void asked(Peers peers, NodeId from, TransferAsk ask) {
    var refusal = refusal(peers, ask);
    if (refusal != null) {
      peers.send(from, TransferPage.refusal(ask.request(), refusal));
      return;
    }
    var whole = new Slice(ask.partition(), 1, 0);
    int partitions = with.settings().partitions();
    var start = StorageKey.at(whole.startHash(partitions));
    var end = StorageKey.before(whole.endHash(partitions));
    var first = start.compareTo(ask.from()) > 0 ? start : ask.from();
    var to = ask.to().isEmpty() || (end != null && end.compareTo(ask.to()) < 0) ? end : ask.to();
    // As old as what is read: the era may go on before the page has come.
    long era = with.eras().current();
    int mostBytes = Math.min(MAX_BYTES, ask.mostBytes());
    underWay++;
    with.scanner()
        .scan(
            Table.DATA,
            first,
            to,
            MAX_ENTRIES,
            mostBytes,
            result -> {
              underWay--;
              peers.send(
                  from,
                  switch (result) {
                    case Scanned.Failed _ ->
                        TransferPage.refusal(ask.request(), TransferStatus.UNREADABLE);
                    case Scanned.Page page -> page(ask.request(), era, page, mostBytes);
                  });
            });
  }

  private @Nullable TransferStatus refusal(Peers peers, TransferAsk ask) {
    var cluster = with.progress().cluster();
    if (cluster == null || cluster.epoch() != ask.epoch() || drainedEpoch != ask.epoch()) {
      return TransferStatus.NOT_YET;
    }
    if (ask.partition() >= with.settings().partitions()
        || !peers.ownership().ownersBefore(new Partition(ask.partition())).contains(peers.self())) {
      return TransferStatus.NOT_AN_OWNER;
    }
    return underWay >= MAX_UNDER_WAY || budget.millisUntilAny() > 0 ? TransferStatus.BUSY : null;
  }

  /** Without the records that are damaged; their recovery begins. */
  private TransferPage page(long request, long era, Scanned.Page page, int mostBytes) {
    var keys = new ArrayList<Key>(page.entries().size());
    var records = new ArrayList<Bytes>(page.entries().size());
    var following = page.next();
    long bytes = 0;
    boolean whole = true;
    for (Scanned.Entry entry : page.entries()) {
      var key = entry.key();
      if (key == null) {
        continue;
      }
      if (!SiblingsCodec.isIntact(key, entry.value())) {
        whole = false;
        with.replica().read(key, Reader.NOBODY);
        continue;
      }
      if (bytes + entry.value().length() > mostBytes && !keys.isEmpty()) {
        following = entry.storageKey();
        break;
      }
      keys.add(key);
      records.add(entry.value());
      bytes += entry.value().length();
    }
    budget.spend(with.cost(bytes));
    bytesSent += bytes;
    return TransferPage.of(
        request, era, keys, records, whole, following == null ? Bytes.EMPTY : following);
  }
}
