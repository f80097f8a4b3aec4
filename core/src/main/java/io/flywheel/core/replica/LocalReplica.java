package io.flywheel.core.replica;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.HybridClock;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * This node's copies of keys. Each operation reads the key's record, works on it, and hands a store
 * over; operations on the same key queue behind each other from before the read, so none works on a
 * state that another has already replaced (a record that returned late from the disk under a merge
 * that came meanwhile would erase it).
 */
public final class LocalReplica {
  /** The most operations that wait for one key. */
  private static final int MAX_WAITING_PER_KEY = 4096;

  /** The most operations that wait, most of them for a record to be read. */
  private static final int MAX_WAITING = 65_536;

  /** The most bytes on their way to disk, or waiting for it, before further work is refused. */
  private static final long MAX_PENDING_BYTES = 64L << 20;

  /** What the replica found out about its own disk, for the node to act on. */
  public interface Damage {
    /** The record cannot be read: it is unavailable until the other replicas put it right. */
    void unreadable(Key key, String reason);

    /** Another replica proves that this one once held more: the rest must be fetched. */
    void lost(Key key);
  }

  private final ClusterSettings settings;
  private final Outbox outbox;
  private final Schedule schedule;
  private final Journal journal;
  private final ActorLease lease;
  private final Damage damage;

  private final Map<Key, KeyQueue> queues = new HashMap<>();
  private final Map<Long, KeyQueue> loading = new HashMap<>();
  private final LinkedHashSet<KeyQueue> awaitingLease = new LinkedHashSet<>();
  private long lastLoad;
  private int waitingOperations;
  private long waitingBytes;

  public LocalReplica(
      ClusterSettings settings,
      Outbox outbox,
      Schedule schedule,
      Journal journal,
      ActorLease lease,
      Damage damage) {
    this.settings = settings;
    this.outbox = outbox;
    this.schedule = schedule;
    this.journal = journal;
    this.lease = lease;
    this.damage = damage;
  }

  /** Whether new work for this key should be refused rather than queued. */
  public boolean isOverloaded(Key key) {
    var queue = queues.get(key);
    return journal.pendingBytes() > MAX_PENDING_BYTES
        || waitingBytes > MAX_PENDING_BYTES
        || waitingOperations >= MAX_WAITING
        || (queue != null && queue.waiting.size() >= MAX_WAITING_PER_KEY);
  }

  public void read(Key key, Reader reader) {
    enqueue(key, new Operation.Read(reader));
  }

  public void merge(Key key, Siblings incoming, Merger merger) {
    enqueue(key, new Operation.Merge(incoming, merger));
  }

  /** {@code known} is what all other replicas of the key hold, merged. */
  public void restore(Key key, Siblings known, Merger merger) {
    enqueue(key, new Operation.Restore(known, merger));
  }

  public void mint(PutOrder order, Minter minter) {
    enqueue(order.key(), new Operation.Mint(order, minter));
  }

  public void loaded(long ticket, Loaded result) {
    var queue = loading.remove(ticket);
    if (queue == null) {
      return;
    }
    queue.loaded = true;
    switch (result) {
      case Loaded.Absent _ -> {}
      case Loaded.Value value -> decode(queue, value.record());
      // What cannot be read now may be read later: it is not replaced by what the others know.
      case Loaded.Failed _ -> queue.unreadable = true;
      case Loaded.Damaged damaged -> damaged(queue, damaged.reason());
    }
    drain(queue);
  }

  /** Tries again what the lease did not allow to be minted. */
  public void leaseReady() {
    var retried = new ArrayList<>(awaitingLease);
    awaitingLease.clear();
    retried.forEach(this::drain);
  }

  private void decode(KeyQueue queue, Bytes record) {
    try {
      queue.onDisk = SiblingsCodec.decode(queue.key, record);
      queue.current = queue.onDisk;
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
      queue = new KeyQueue(key);
      queues.put(key, queue);
      loading.put(++lastLoad, queue);
      outbox.add(new Effect.Load(lastLoad, StorageKey.ofRecord(key, settings.partitions())));
    }
    queue.waiting.add(operation);
    waitingOperations++;
    waitingBytes += operation.bytes();
    if (queue.loaded && queue.waiting.size() == 1) {
      drain(queue);
    }
  }

  private void drain(KeyQueue queue) {
    while (!queue.waiting.isEmpty()) {
      if (!run(queue, queue.waiting.getFirst())) {
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

  /** Whether the operation is through; one that is not is tried again. */
  private boolean run(KeyQueue queue, Operation operation) {
    switch (operation) {
      case Operation.Read read -> {
        if (queue.unreadable) {
          read.reader().unreadable();
        } else {
          read.reader().read(queue.onDisk);
        }
      }
      case Operation.Merge merge -> {
        if (queue.unreadable) {
          merge.merger().unreadable();
        } else {
          merge(queue, merge.incoming(), merge.merger());
        }
      }
      case Operation.Restore restore -> restore(queue, restore.known(), restore.merger());
      case Operation.Mint mint -> {
        if (queue.unreadable) {
          mint.minter().unreadable();
          return true;
        }
        return mint(queue, mint.order(), mint.minter());
      }
    }
    return true;
  }

  /** Replaces a damaged record, also by the word that there is none elsewhere. */
  private void restore(KeyQueue queue, Siblings known, Merger merger) {
    if (!queue.unreadable) {
      merge(queue, known, merger);
      return;
    }
    if (!queue.damaged) {
      merger.unreadable();
      return;
    }
    queue.unreadable = false;
    queue.damaged = false;
    lease.retire();
    store(queue, known, SiblingsCodec.encode(queue.key, known), List.of());
    whenCurrentIsDurable(queue, merger::durable);
  }

  private void merge(KeyQueue queue, Siblings incoming, Merger merger) {
    if (lease.provesLoss(incoming.context(), queue.current.context())) {
      lease.retire();
      damage.lost(queue.key);
    }
    var merged = queue.current.merge(incoming, conflicts(queue.key));
    if (!merged.equals(queue.current)) {
      store(queue, merged, SiblingsCodec.encode(queue.key, merged), List.of());
    }
    whenCurrentIsDurable(queue, merger::durable);
  }

  private boolean mint(KeyQueue queue, PutOrder order, Minter minter) {
    if (schedule.monotonicMillis() >= order.deadlineMillis()) {
      minter.refused(new NotDone(Obstacle.DEADLINE, "the deadline passed in the key's queue"));
      return true;
    }
    if (!HybridClock.isPlausible(schedule.wallMillis())) {
      minter.refused(new NotDone(Obstacle.NOT_SERVING, "this machine's clock is not set"));
      return true;
    }
    var current = queue.current;
    var id = order.id();
    var earlier = id == null ? null : current.applied(id);
    if (earlier != null) {
      recognise(queue, order, earlier, minter);
      return true;
    }
    if (lease.provesLoss(order.read(), current.context())) {
      lease.retire();
      damage.lost(queue.key);
    }
    var namespace = namespace(queue.key);
    var admission = Admission.of(current, order, namespace, settings.limits());
    if (admission.refusal() != null) {
      minter.refused(admission.refusal());
      return true;
    }
    var dot = lease.mint(current.context(), order.read());
    if (dot == null) {
      return false;
    }
    var write = order.write();
    var sibling =
        write.tombstone()
            ? Sibling.tombstone(dot)
            : Sibling.value(dot, write.value(), write.contentType(), order.expiryMillis());
    var request = id == null ? null : new AppliedRequest(id, write.digest(), dot);
    var minted = current.put(admission.replaced(), sibling, request, namespace.conflicts());
    var context = current.contextAfterPut(order.read(), dot);
    var record = SiblingsCodec.encode(queue.key, minted);
    store(queue, minted, record, losers(queue.key, admission));
    minter.minted(record, context, logsLosers(queue.key));
    whenCurrentIsDurable(queue, minter::durable);
    return true;
  }

  /** A retry mints nothing: it is answered by the dot that the first try became. */
  private void recognise(KeyQueue queue, PutOrder order, AppliedRequest earlier, Minter minter) {
    if (earlier.operationDigest() != order.write().digest()) {
      Outcome refused =
          new Refused(
              Outcome.Refusal.REQUEST_ID_REUSED, "the request id was used for another write");
      minter.refused(refused);
      return;
    }
    var record = SiblingsCodec.encode(queue.key, queue.current);
    minter.minted(record, order.read().carried().withSingle(earlier.dot()), logsLosers(queue.key));
    whenCurrentIsDurable(queue, minter::durable);
  }

  private List<Mutation> losers(Key key, Admission admission) {
    var mutations = new ArrayList<Mutation>();
    for (Sibling loser : admission.losers()) {
      Dot dot = loser.dot();
      mutations.add(
          new Mutation(
              Table.LOSERS,
              StorageKey.ofLoser(key, settings.partitions(), dot),
              SiblingsCodec.encode(key, Siblings.of(loser))));
    }
    return mutations;
  }

  private void store(KeyQueue queue, Siblings state, Bytes record, List<Mutation> also) {
    var mutations = new ArrayList<Mutation>(1 + also.size());
    var storageKey = StorageKey.ofRecord(queue.key, settings.partitions());
    mutations.add(new Mutation(Table.DATA, storageKey, record));
    mutations.addAll(also);
    var pending = journal.store(mutations);
    queue.current = state;
    queue.lastStore = pending;
    queue.storesPending++;
    pending.whenDurable(() -> durable(queue, state));
  }

  private void durable(KeyQueue queue, Siblings state) {
    queue.onDisk = state;
    if (--queue.storesPending == 0) {
      queue.lastStore = null;
      release(queue);
    }
  }

  private static void whenCurrentIsDurable(KeyQueue queue, Runnable action) {
    var last = queue.lastStore;
    if (last == null) {
      action.run();
    } else {
      last.whenDurable(action);
    }
  }

  /** The others drop losers without a word, so the only log of them has to be durable first. */
  private boolean logsLosers(Key key) {
    return namespace(key).overflow() == Overflow.KEEP_NEWEST;
  }

  private Conflicts conflicts(Key key) {
    return namespace(key).conflicts();
  }

  /** Only keys of known namespaces are let in. */
  private NamespaceSettings namespace(Key key) {
    var namespace = settings.namespace(key.namespace());
    if (namespace == null) {
      throw new IllegalArgumentException("no namespace " + key.namespace());
    }
    return namespace;
  }
}
