package io.flywheel.core.replica;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Fingerprints;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Writes what a key's operations make of its record, and of what is owed of it, and keeps count of
 * both: in the ledger, and for whoever compares replicas.
 */
public final class Records {
  private final int partitions;
  private final Journal journal;
  private final ActorLease lease;
  private final Eras eras;
  private final Owners owners;
  private final DebtLedger ledger;
  private final Fingerprints fingerprints;
  private final Changes changes;

  /** For debts that cannot be read: nothing older is owed since this life began. */
  private final long unknownEra;

  /** Entries of debts that cannot be understood, as what they count. */
  private final TreeMap<Key, Debts> notUnderstood = new TreeMap<>();

  private Consumer<KeyQueue> whenIdle = _ -> {};

  /** {@code changes} hears of each store of a record. */
  public Records(
      int partitions,
      Journal journal,
      ActorLease lease,
      Eras eras,
      Owners owners,
      DebtLedger ledger,
      Fingerprints fingerprints,
      Changes changes) {
    this.partitions = partitions;
    this.journal = journal;
    this.lease = lease;
    this.eras = eras;
    this.owners = owners;
    this.ledger = ledger;
    this.fingerprints = fingerprints;
    this.changes = changes;
    unknownEra = eras.unsettled();
  }

  void whenIdle(Consumer<KeyQueue> action) {
    whenIdle = action;
  }

  /** Whether the disk takes no more values. */
  boolean isFull() {
    return journal.isFull();
  }

  void debtsLoaded(KeyQueue queue, Loaded result) {
    switch (result) {
      case Loaded.Absent _ -> queue.debts = Debts.NONE;
      case Loaded.Value value -> queue.debts = debts(queue.key, value.record());
      case Loaded.Damaged _ -> queue.debts = owedToAll(queue.key);
      case Loaded.Failed _ -> {
        queue.debts = Debts.NONE;
        queue.unreadable = true;
      }
    }
  }

  /** What a stored entry says; one that cannot be understood is owed to all owners. */
  public Debts debts(Key key, Bytes encoded) {
    try {
      return Debts.decode(encoded);
    } catch (MalformedException e) {
      return owedToAll(key);
    }
  }

  /** The same for as long as it is not understood, or the ledger would not add up. */
  private Debts owedToAll(Key key) {
    return notUnderstood.computeIfAbsent(key, _ -> owedToAll(key, unknownEra, 0, 0));
  }

  private Debts owedToAll(Key key, long era, long bytes, long version) {
    return owedTo(owners.of(key), era, bytes, version);
  }

  private static Debts owedTo(List<NodeId> creditors, long era, long bytes, long version) {
    var debts = Debts.NONE;
    for (NodeId owner : creditors) {
      debts = debts.with(owner, era, bytes, version);
    }
    return debts;
  }

  /**
   * What is owed of a key once a put is kept here for {@code owner}. Where that is no owner any
   * more, as the ring has changed while the put waited here, and this node itself may be the one
   * that was, it is owed to all that are.
   */
  Debts owing(KeyQueue queue, NodeId owner, long era, long bytes) {
    long version = lease.uniqueStamp();
    var present = owners.of(queue.key);
    var debts = debts(queue);
    for (NodeId creditor : present.contains(owner) ? List.of(owner) : present) {
      debts = debts.with(creditor, era, bytes, version);
    }
    return debts;
  }

  /** Whether a record is kept here for others, and its debts are gone. */
  boolean isOrphan(KeyQueue queue) {
    return !queue.unreadable
        && !queue.current.isEmpty()
        && !owners.isOwn(queue.key)
        && debts(queue).isEmpty();
  }

  /**
   * A disk that loses an entry of debts leaves a record of unknown age, perhaps the only copy of a
   * write that was acknowledged. It is owed to all owners from now on. Its label is the oldest that
   * anything owed here can have: while it was owed it kept its era from being settled, and after a
   * start nothing is settled before all such records have been found. An older label would be
   * refused; a newer one could bring back what was forgotten. The same goes for what is left where
   * this node has just ceased to be an owner: nothing is settled before all of it was looked at.
   */
  void adopt(KeyQueue queue) {
    adopt(queue, List.of());
  }

  /** {@code missing}: those of its owners that do not have it; none where that is not known. */
  void adopt(KeyQueue queue, List<NodeId> missing) {
    if (isOrphan(queue) && ledger.isOpen()) {
      long bytes = SiblingsCodec.encode(queue.key, queue.current).length();
      var creditors = missing.isEmpty() ? owners.of(queue.key) : missing;
      storeDebts(queue, owedTo(creditors, eras.unsettled(), bytes, lease.uniqueStamp()));
    }
  }

  /** Drops what all owners have on their disks, and nobody else waits for. */
  void release(KeyQueue queue, Fingerprint confirmed) {
    if (isOrphan(queue) && fingerprint(queue).equals(confirmed)) {
      store(queue, Siblings.NONE, List.of());
    }
  }

  /** The label of what is here: of a state kept for others, that of its oldest part. */
  long label(KeyQueue queue) {
    if (isOrphan(queue)) {
      return Eras.NEVER;
    }
    var debts = debts(queue);
    return owners.isOwn(queue.key) || debts.isEmpty() ? eras.current() : debts.era();
  }

  /** The label of what is on disk: while a store is under way that is another state. */
  long labelOnDisk(KeyQueue queue) {
    if (owners.isOwn(queue.key) || queue.onDisk.isEmpty()) {
      return eras.current();
    }
    return queue.onDiskEra == KeyQueue.AS_CURRENT ? label(queue) : queue.onDiskEra;
  }

  static Debts debts(KeyQueue queue) {
    return queue.debts == null ? Debts.NONE : queue.debts;
  }

  /** Replaces what is owed of the key; the mutation belongs into the next store. */
  Mutation owed(KeyQueue queue, Debts after) {
    if (queue.onDiskEra == KeyQueue.AS_CURRENT) {
      queue.onDiskEra = label(queue);
    }
    ledger.changed(Partition.of(queue.key, partitions), debts(queue), after);
    notUnderstood.remove(queue.key);
    queue.debts = after;
    eras.owes(ledger.oldestEra());
    return after.isEmpty()
        ? Mutation.removal(Table.DEBTS, queue.storageKey)
        : new Mutation(Table.DEBTS, queue.storageKey, after.encode());
  }

  void store(KeyQueue queue, Siblings state, List<Mutation> also) {
    var record = state.isEmpty() ? Bytes.EMPTY : SiblingsCodec.encode(queue.key, state);
    store(queue, state, record, also);
  }

  void store(KeyQueue queue, Siblings state, Bytes record, List<Mutation> also) {
    var mutations = new ArrayList<Mutation>(1 + also.size());
    mutations.add(
        state.isEmpty()
            ? Mutation.removal(Table.DATA, queue.storageKey)
            : new Mutation(Table.DATA, queue.storageKey, record));
    mutations.addAll(also);
    if (lease.provesLoss(queue.key, queue.current.context(), state.context())) {
      lease.forgets(queue.key);
    }
    var before = fingerprint(queue);
    var after = state.isEmpty() ? Fingerprint.NONE : fingerprints.of(queue.key, record);
    queue.current = state;
    queue.fingerprint = after;
    queue.record = null;
    changes.changed(queue.key, before, after);
    track(queue, store(queue, mutations), state);
  }

  Fingerprint fingerprint(KeyQueue queue) {
    var known = queue.fingerprint;
    if (known == null) {
      var record = queue.record;
      known =
          record != null
              ? fingerprints.of(queue.key, record)
              : fingerprints.of(queue.key, queue.current);
      queue.fingerprint = known;
    }
    return known;
  }

  /** The fingerprint of what would be forgotten of it. */
  Fingerprint residue(KeyQueue queue, long cutoffMillis) {
    return fingerprints.of(queue.key, queue.current.residue(cutoffMillis));
  }

  private void track(KeyQueue queue, Journal.Pending pending, Siblings state) {
    queue.lastStore = pending;
    queue.storesPending++;
    long era = label(queue);
    pending.whenDurable(
        () -> {
          queue.onDisk = state;
          queue.onDiskEra = era;
          if (--queue.storesPending == 0) {
            queue.lastStore = null;
            whenIdle.accept(queue);
          }
        });
  }

  static void whenCurrentIsDurable(KeyQueue queue, Runnable action) {
    var last = queue.lastStore;
    if (last == null) {
      action.run();
    } else {
      last.whenDurable(action);
    }
  }

  /** Stores what is owed alone: the record stays as it is. */
  void storeDebts(KeyQueue queue, Debts after) {
    track(queue, store(queue, List.of(owed(queue, after))), queue.current);
  }

  private Journal.Pending store(KeyQueue queue, List<Mutation> mutations) {
    return queue.patient ? journal.storePatiently(mutations) : journal.store(mutations);
  }
}
