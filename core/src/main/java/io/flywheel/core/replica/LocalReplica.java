package io.flywheel.core.replica;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * This node's copies of keys, its own and those that it keeps for others. Each operation reads the
 * key's record, works on it, and hands a store over; operations on the same key queue behind each
 * other from before the read, so none works on a state that another has already replaced (a record
 * that returned late from the disk under a merge that came meanwhile would erase it).
 *
 * <p>This class queues and loads; {@link KeyWork} says what each operation does.
 */
public final class LocalReplica {
  /** The most operations that wait for one key. */
  private static final int MAX_WAITING_PER_KEY = 4096;

  /** The most operations that wait, most of them for a record to be read. */
  private static final int MAX_WAITING = 65_536;

  /** The most bytes on their way to disk, or waiting for it, before further work is refused. */
  private static final long MAX_PENDING_BYTES = 64L << 20;

  private static final long LAGGING_STORE_MILLIS = 300;
  private static final double LAGGING_LOAD = 0.5;

  /** What the replica found out about its own disk, for the node to act on. */
  public interface Damage {
    /** The record cannot be read: it is unavailable until the other replicas put it right. */
    void unreadable(Key key, String reason);

    /** Another replica proves that this one once held more: the rest must be fetched. */
    void lost(Key key);

    /** Another replica holds a write with another value: one of the two decayed. */
    void contradicted(Key key);
  }

  private record Loading(KeyQueue queue, Table table) {}

  private final Outbox outbox;
  private final Journal journal;
  private final KeyWork work;
  private final Records records;
  private final Owners owners;
  private final Damage damage;

  private final Map<Key, KeyQueue> queues = new HashMap<>();
  private final Map<Long, Loading> loading = new HashMap<>();
  private final LinkedHashSet<KeyQueue> awaitingLease = new LinkedHashSet<>();
  private long lastLoad;
  private int waitingOperations;
  private long waitingBytes;

  /**
   * {@code records} must not be shared: it is told here what to do with a queue that became idle.
   */
  public LocalReplica(
      Outbox outbox, Journal journal, KeyWork work, Records records, Owners owners, Damage damage) {
    this.outbox = outbox;
    this.journal = journal;
    this.work = work;
    this.records = records;
    this.owners = owners;
    this.damage = damage;
    records.whenIdle(this::release);
  }

  /** Whether new work for this key should be refused rather than queued. */
  public boolean isOverloaded(Key key) {
    var queue = queues.get(key);
    return isBusy() || (queue != null && queue.waiting.size() >= MAX_WAITING_PER_KEY);
  }

  /** Whether new work should be refused rather than queued, whatever its key. */
  public boolean isBusy() {
    return journal.pendingBytes() > MAX_PENDING_BYTES
        || waitingBytes > MAX_PENDING_BYTES
        || waitingOperations >= MAX_WAITING;
  }

  /** The disk has too little room for values, or has room again. */
  public void full(boolean isFull) {
    journal.full(isFull);
  }

  public boolean isFull() {
    return journal.isFull();
  }

  /**
   * Whether the oldest store has been on its way to disk for so long already that another, which
   * has to wait behind it, could not be told to be there in time.
   */
  public boolean isStalled(long patienceMillis) {
    return journal.oldestMillis() > Math.max(patienceMillis, 0);
  }

  /**
   * Whether what clients want waits here for longer than a disk takes by nature, or much of it
   * does.
   */
  public boolean lagsBehind() {
    return isStalled(LAGGING_STORE_MILLIS) || load() > LAGGING_LOAD;
  }

  /** Whether stores take longer now than they do here when nothing is in their way. */
  public boolean isSlowerThanUsual() {
    return journal.isSlowerThanUsual();
  }

  /** How much of what this node can queue is queued, from 0 to 1 and more. */
  private double load() {
    double bytes = (double) Math.max(journal.pendingBytes(), waitingBytes) / MAX_PENDING_BYTES;
    return Math.max(bytes, (double) waitingOperations / MAX_WAITING);
  }

  public void read(Key key, Reader reader) {
    enqueue(key, new Operation.Read(false, false, reader));
  }

  /** A read that also says to whom the record is owed. */
  public void readWithDebts(Key key, Reader reader) {
    enqueue(key, new Operation.Read(true, false, reader));
  }

  /** A read of everything that was asked before, once it is on disk. */
  public void readCurrent(Key key, Reader reader) {
    enqueue(key, new Operation.Read(false, true, reader));
  }

  /** Both: everything that was asked before, once it is on disk, and to whom it is owed. */
  public void readCurrentWithDebts(Key key, Reader reader) {
    enqueue(key, new Operation.Read(true, true, reader));
  }

  /**
   * Merges a state with this label.
   *
   * @param owner the primary that this node stands in for; null where it is one itself
   */
  public void merge(Key key, Siblings incoming, long era, @Nullable NodeId owner, Merger merger) {
    enqueue(key, new Operation.Merge(incoming, era, owner, merger));
  }

  /** {@code known} is what all other replicas of the key hold, merged, {@code era} its label. */
  public void restore(Key key, Siblings known, long era, Merger merger) {
    enqueue(key, new Operation.Restore(known, era, merger));
  }

  /** Replaces what is held under the dots of these siblings, which are what was written. */
  public void correct(Key key, List<Sibling> right) {
    enqueue(key, new Operation.Correct(right));
  }

  /** {@code owner}: the primary whose copy it is, this node or the one that it stands in for. */
  public void mint(PutOrder order, NodeId owner, Minter minter) {
    enqueue(order.key(), new Operation.Mint(order, owner, minter));
  }

  /** Remembers that these owners miss what this replica holds of the key. */
  public void owe(Key key, List<NodeId> absent) {
    enqueue(key, new Operation.Owe(absent));
  }

  /**
   * If nobody is known for whom the record is kept here, notes that it is owed to these of its
   * owners; to all of them where none is named.
   */
  public void adopt(Key key, List<NodeId> missing) {
    enqueue(key, new Operation.Adopt(missing));
  }

  /** Strikes out what is owed to {@code paid}, if nothing more is owed than was at that version. */
  public void settle(Key key, long debtsVersion, List<NodeId> paid) {
    enqueue(key, new Operation.Settle(debtsVersion, paid));
  }

  /**
   * Forgets this residue, if it is still the key's.
   *
   * @param era in which all replicas were seen to have it; nothing happens unless it is closed
   * @param cutoffMillis what was over before is forgotten; nothing happens while this node's clock
   *     has not come to it
   */
  public void reap(Key key, Fingerprint residue, long era, long cutoffMillis) {
    enqueue(key, new Operation.Reap(residue, era, cutoffMillis));
  }

  /** Drops a record of others' partitions that they all have, if it is kept for nobody else. */
  public void release(Key key, Fingerprint confirmed) {
    enqueue(key, new Operation.Release(confirmed));
  }

  /**
   * Runs {@code action} once everything that was asked before is on disk: whoever reads the disk
   * from then on misses nothing that this node took as an owner by an earlier ring. At once where
   * nothing is under way; what is asked from now on does not delay it.
   */
  public void whenDrained(Runnable action) {
    var busy = new TreeSet<Key>();
    for (KeyQueue queue : queues.values()) {
      if (!queue.waiting.isEmpty() || queue.storesPending > 0) {
        busy.add(queue.key);
      }
    }
    if (busy.isEmpty()) {
      action.run();
      return;
    }
    var left = new TreeSet<>(busy);
    for (Key key : busy) {
      Runnable arrived =
          () -> {
            if (left.remove(key) && left.isEmpty()) {
              action.run();
            }
          };
      enqueue(key, new Operation.Drain(arrived));
    }
  }

  public void loaded(long ticket, Loaded result) {
    var load = loading.remove(ticket);
    if (load == null) {
      return;
    }
    var queue = load.queue();
    if (load.table() == Table.DEBTS) {
      queue.loadingDebts = false;
      records.debtsLoaded(queue, result);
    } else {
      queue.loaded = true;
      recordLoaded(queue, result);
    }
    if (queue.loaded) {
      drain(queue);
    }
  }

  /** Tries again what the lease did not allow to be minted. */
  public void leaseReady() {
    var retried = new ArrayList<>(awaitingLease);
    awaitingLease.clear();
    retried.forEach(this::drain);
  }

  private void recordLoaded(KeyQueue queue, Loaded result) {
    switch (result) {
      case Loaded.Absent _ -> {}
      case Loaded.Value value -> decode(queue, value.record());
      // What cannot be read now may be read later: it is not replaced by what the others know.
      case Loaded.Failed _ -> queue.unreadable = true;
      case Loaded.Damaged damaged -> damaged(queue, damaged.reason());
    }
  }

  private void decode(KeyQueue queue, Bytes record) {
    try {
      queue.onDisk = SiblingsCodec.decode(queue.key, record);
      queue.current = queue.onDisk;
      queue.record = record;
    } catch (MalformedException e) {
      if (SiblingsCodec.isIntact(queue.key, record)) {
        // It was written like this, by another version perhaps: kept, and not understood.
        queue.unreadable = true;
      } else {
        damaged(queue, String.valueOf(e.getMessage()));
      }
    }
  }

  private void damaged(KeyQueue queue, String reason) {
    queue.unreadable = true;
    queue.damaged = true;
    // A restoration is the answer to an earlier such report.
    if (!(queue.waiting.peekFirst() instanceof Operation.Restore)) {
      damage.unreadable(queue.key, reason);
    }
  }

  private void enqueue(Key key, Operation operation) {
    var queue = queues.get(key);
    if (queue == null) {
      queue = new KeyQueue(key, StorageKey.ofRecord(key));
      queues.put(key, queue);
      load(queue, Table.DATA);
      if (!owners.isOwn(key)) {
        loadDebts(queue);
      }
    }
    queue.waiting.add(operation);
    waitingOperations++;
    waitingBytes += operation.bytes();
    if (queue.loaded && queue.waiting.size() == 1) {
      drain(queue);
    }
  }

  private void load(KeyQueue queue, Table table) {
    loading.put(++lastLoad, new Loading(queue, table));
    outbox.add(new Effect.Load(lastLoad, table, queue.storageKey));
  }

  private void loadDebts(KeyQueue queue) {
    queue.loadingDebts = true;
    load(queue, Table.DEBTS);
  }

  private void drain(KeyQueue queue) {
    while (!queue.waiting.isEmpty()) {
      queue.bringForward();
      var operation = queue.waiting.getFirst();
      if (queue.debts == null && work.needsDebts(queue, operation)) {
        if (!queue.loadingDebts) {
          loadDebts(queue);
        }
        return;
      }
      if (!work.run(queue, operation)) {
        awaitingLease.add(queue);
        return;
      }
      waitingOperations--;
      waitingBytes -= queue.waiting.removeFirst().bytes();
    }
    release(queue);
  }

  private void release(KeyQueue queue) {
    if (queue.isIdle()) {
      queues.remove(queue.key, queue);
    }
  }
}
