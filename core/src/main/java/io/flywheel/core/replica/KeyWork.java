package io.flywheel.core.replica;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.HybridClock;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What each {@link Operation} does to a key's record, and to what is owed of it. */
public final class KeyWork {
  private final Supplier<RecordSettings> inForce;
  private final Schedule schedule;
  private final ActorLease lease;
  private final Eras eras;
  private final Owners owners;
  private final DebtLedger ledger;
  private final LoserLog losers;
  private final Records records;
  private final LocalReplica.Damage damage;
  private long reapedKeys;
  private long shedEntries;

  /** {@code damage} hears of keys of which this disk has lost something. */
  public KeyWork(
      Supplier<RecordSettings> inForce,
      Schedule schedule,
      ActorLease lease,
      Eras eras,
      Owners owners,
      DebtLedger ledger,
      LoserLog losers,
      Records records,
      LocalReplica.Damage damage) {
    this.inForce = inForce;
    this.schedule = schedule;
    this.lease = lease;
    this.eras = eras;
    this.owners = owners;
    this.ledger = ledger;
    this.losers = losers;
    this.records = records;
    this.damage = damage;
  }

  boolean needsDebts(KeyQueue queue, Operation operation) {
    return switch (operation) {
      case Operation.Owe _, Operation.Adopt _, Operation.Settle _, Operation.Release _ -> true;
      case Operation.Drain _ -> false;
      case Operation.Read read -> read.withDebts() || !owners.isOwn(queue.key);
      case Operation.Merge merge -> standsIn(queue, merge);
      case Operation.Mint _, Operation.Restore _, Operation.Reap _, Operation.Correct _ ->
          !owners.isOwn(queue.key);
    };
  }

  /** Whether the operation is through; one that is not is tried again. */
  boolean run(KeyQueue queue, Operation operation) {
    queue.patient = operation.isPatient();
    switch (operation) {
      case Operation.Read read -> read(queue, read);
      case Operation.Merge merge -> merge(queue, merge);
      case Operation.Restore restore -> restore(queue, restore);
      case Operation.Owe owe -> owe(queue, owe.owners());
      case Operation.Adopt adopt -> records.adopt(queue, adopt.missing());
      case Operation.Settle settle -> settle(queue, settle);
      case Operation.Reap reap -> reap(queue, reap);
      case Operation.Release release -> records.release(queue, release.confirmed());
      case Operation.Correct correct -> correct(queue, correct.right());
      case Operation.Drain drain -> Records.whenCurrentIsDurable(queue, drain.whenDurable());
      case Operation.Mint mint -> {
        if (queue.unreadable) {
          mint.minter().unreadable();
          return true;
        }
        return mint(queue, mint.order(), mint.owner(), mint.minter());
      }
    }
    return true;
  }

  private void read(KeyQueue queue, Operation.Read read) {
    if (queue.unreadable) {
      read.reader().unreadable();
      return;
    }
    var debts = Records.debts(queue);
    var state = read.current() ? queue.current : queue.onDisk;
    long era = read.current() ? records.label(queue) : records.labelOnDisk(queue);
    var held = new Held(state, queue.record, era, debts.version(), debts.owners());
    if (read.current()) {
      Records.whenCurrentIsDurable(queue, () -> read.reader().read(held));
    } else {
      read.reader().read(held);
    }
  }

  private void merge(KeyQueue queue, Operation.Merge merge) {
    var refusal = refusal(queue, merge);
    if (refusal != null) {
      merge.merger().failed(refusal);
      return;
    }
    records.adopt(queue);
    if (standsIn(queue, merge)) {
      merge(queue, merge.incoming(), merge.owner(), merge.era());
    } else {
      merge(queue, merge.incoming(), null, 0);
    }
    Records.whenCurrentIsDurable(queue, merge.merger()::durable);
  }

  /**
   * Whether it is kept for another node. So is what its sender counts as kept for somebody, and is
   * this node's own for now: it may be nobody's when the change is over, or undone.
   */
  private boolean standsIn(KeyQueue queue, Operation.Merge merge) {
    return !owners.isOwn(queue.key) || (merge.owner() != null && owners.isOwnForNow(queue.key));
  }

  private @Nullable PutStatus refusal(KeyQueue queue, Operation.Merge merge) {
    if (queue.unreadable) {
      return PutStatus.UNREADABLE;
    }
    if (!eras.takes(merge.era())) {
      return PutStatus.STALE_ERA;
    }
    if (records.isFull() && Admission.brings(queue.current, merge.incoming())) {
      return PutStatus.FULL;
    }
    if (!standsIn(queue, merge)) {
      // Nothing here covers what is old: it is taken for others to see, and a deletion forgotten.
      boolean tooOld = owners.isFilling(queue.key) && !eras.mayOwe(merge.era());
      return tooOld ? PutStatus.STALE_ERA : null;
    }
    if (merge.owner() == null) {
      return PutStatus.NOT_A_REPLICA;
    }
    if (!eras.mayOwe(merge.era())) {
      return PutStatus.STALE_ERA;
    }
    return ledger.admits(merge.incoming().valueBytes()) ? null : PutStatus.FULL;
  }

  /** Merges, and owes the result to {@code owner} where that is not null. */
  private void merge(KeyQueue queue, Siblings told, @Nullable NodeId owner, long era) {
    var incoming = told;
    if (queue.current.contradicts(told)) {
      // Which of two values was written is for all replicas to say; until then each keeps its own.
      incoming = told.corrected(queue.current.living());
      damage.contradicted(queue.key);
    }
    if (lease.provesLoss(queue.key, incoming.context(), queue.current.context())) {
      lease.retire();
      damage.lost(queue.key);
    }
    var namespace = namespace(queue.key);
    var merged = queue.current.merge(incoming, namespace.conflicts());
    boolean changes = !merged.equals(queue.current);
    if (owner == null) {
      if (changes) {
        records.store(queue, merged, losers.append(queue.key, dropped(queue, incoming, merged)));
      }
      return;
    }
    var record = SiblingsCodec.encode(queue.key, merged);
    var before = Records.debts(queue);
    if (changes || !before.owners().contains(owner)) {
      var after = before.with(owner, era, record.length(), lease.uniqueStamp());
      var also = new ArrayList<>(losers.append(queue.key, dropped(queue, incoming, merged)));
      also.add(records.owed(queue, after));
      records.store(queue, merged, record, also);
    }
  }

  /** What last-write-wins discards of two states of which neither had seen the other. */
  private List<Sibling> dropped(KeyQueue queue, Siblings incoming, Siblings merged) {
    if (!namespace(queue.key).lastWriteWins() || queue.current.isEmpty()) {
      return List.of();
    }
    var own = queue.current.context();
    if (own.covers(incoming.context()) || incoming.context().covers(own)) {
      return List.of(); // one had seen the other, which is no conflict
    }
    var both = queue.current.merge(incoming, NamespaceSettings.Conflicts.SIBLINGS).living();
    if (both.size() <= 1) {
      return List.of();
    }
    var dropped = new ArrayList<>(both);
    dropped.removeAll(merged.living());
    dropped.removeIf(Sibling::tombstone);
    return dropped;
  }

  /** Replaces a damaged record, also by the word that there is none elsewhere. */
  private void restore(KeyQueue queue, Operation.Restore restore) {
    var merger = restore.merger();
    if (!eras.takes(restore.era())) {
      merger.failed(PutStatus.STALE_ERA);
      return;
    }
    if (!queue.unreadable) {
      var debts = Records.debts(queue);
      if (owners.isOwn(queue.key)) {
        merge(queue, restore.known(), null, 0);
      } else if (!debts.isEmpty()) {
        merge(queue, restore.known(), debts.owners().getFirst(), restore.era());
      }
      Records.whenCurrentIsDurable(queue, merger::durable);
      return;
    }
    if (!queue.damaged) {
      merger.failed(PutStatus.UNREADABLE);
      return;
    }
    queue.unreadable = false;
    queue.damaged = false;
    lease.retire();
    // It may lack what the others have forgotten, so that has to stay closed here, too.
    var also = new ArrayList<>(List.of(eras.closedMutation()));
    var debts = Records.debts(queue);
    var restored = restore.known();
    if (!owners.isOwn(queue.key) && debts.isEmpty()) {
      restored = Siblings.NONE; // it is owed to nobody, and its owners have what is known
    } else if (!owners.isOwn(queue.key)) {
      also.add(records.owed(queue, debts.merged(restore.era(), lease.uniqueStamp())));
    }
    records.store(queue, restored, also);
    Records.whenCurrentIsDurable(queue, merger::durable);
  }

  private void correct(KeyQueue queue, List<Sibling> right) {
    var corrected = queue.current.corrected(right);
    if (!queue.unreadable && owners.isOwn(queue.key) && !corrected.equals(queue.current)) {
      records.store(queue, corrected, List.of());
    }
  }

  private void owe(KeyQueue queue, List<NodeId> absent) {
    // A node that stood in may have paid and forgotten it by now: a debt of nothing helps nobody.
    if (queue.unreadable || queue.current.isEmpty() || !ledger.admits(0)) {
      return;
    }
    records.adopt(queue);
    var debts = Records.debts(queue);
    var after = debts;
    for (NodeId owner : absent) {
      after = after.with(owner, records.label(queue), debts.bytes(), lease.uniqueStamp());
    }
    records.storeDebts(queue, after);
  }

  private void settle(KeyQueue queue, Operation.Settle settle) {
    if (queue.unreadable || Records.debts(queue).version() != settle.version()) {
      return; // more came, and is owed still
    }
    var left = Records.debts(queue).without(settle.owners());
    if (left.isEmpty() && !owners.isOwn(queue.key) && !owners.isFormer(queue.key)) {
      records.store(queue, Siblings.NONE, List.of(records.owed(queue, left)));
    } else if (!left.equals(Records.debts(queue))) {
      records.storeDebts(queue, left);
    }
  }

  private void reap(KeyQueue queue, Operation.Reap reap) {
    long cutoff = reap.cutoffMillis();
    if (queue.unreadable
        || !owners.isOwn(queue.key)
        || reap.era() > eras.closed()
        || cutoff > schedule.wallMillis()
        || !records.residue(queue, cutoff).equals(reap.proven())) {
      return;
    }
    var reaped = queue.current.reaped(cutoff);
    if (!reaped.equals(queue.current)) {
      reapedKeys += reaped.isEmpty() ? 1 : 0;
      shedEntries += queue.current.context().size() - reaped.context().size();
      records.store(queue, reaped, List.of(eras.closedMutation()));
    }
  }

  /** Records of which nothing was left, since the start. */
  public long reapedKeys() {
    return reapedKeys;
  }

  /** Entries of records' contexts that were forgotten, since the start. */
  public long shedEntries() {
    return shedEntries;
  }

  private boolean mint(KeyQueue queue, PutOrder order, NodeId owner, Minter minter) {
    var obstacle = obstacle(queue, order);
    if (obstacle != null) {
      minter.refused(obstacle);
      return true;
    }
    records.adopt(queue);
    var current = queue.current;
    var id = order.id();
    var earlier = id == null ? null : current.applied(id);
    if (earlier != null) {
      recognise(queue, order, owner, earlier, minter);
      return true;
    }
    if (lease.provesLoss(queue.key, order.read(), current.context())) {
      lease.retire();
      damage.lost(queue.key);
    }
    var namespace = namespace(queue.key);
    var admission = Admission.of(current, order, namespace, inForce.get().limits());
    if (admission.refusal() != null) {
      minter.refused(admission.refusal());
      return true;
    }
    long newest = Math.max(current.context().newestStamp(), order.read().newestStamp());
    if (newest >= Timestamp.MAX) {
      minter.refused(new NotDone(Obstacle.NOT_SERVING, "the key's clock is at its end"));
      return true;
    }
    var dot = lease.mint(queue.key, current.context(), order.read());
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
    long era = Math.min(records.label(queue), order.era());
    var also = new ArrayList<>(losers.append(queue.key, admission.losers()));
    if (!owners.isOwn(queue.key)) {
      also.add(records.owed(queue, records.owing(queue, owner, era, record.length())));
    }
    records.store(queue, minted, record, also);
    boolean tellLater = logsLosers(queue.key) || !admission.losers().isEmpty();
    minter.minted(record, era, context, tellLater);
    Records.whenCurrentIsDurable(queue, minter::durable);
    return true;
  }

  private @Nullable Outcome obstacle(KeyQueue queue, PutOrder order) {
    if (schedule.monotonicMillis() >= order.deadlineMillis()) {
      return new NotDone(Obstacle.DEADLINE, "the deadline passed in the key's queue");
    }
    if (!eras.mayOwe(order.era())) {
      return new NotDone(
          Obstacle.DEADLINE, "it was sent so long ago that it may have been done and forgotten");
    }
    if (!HybridClock.isPlausible(schedule.wallMillis())) {
      return new NotDone(Obstacle.NOT_SERVING, "this machine's clock is not set");
    }
    boolean admitted =
        owners.isOwn(queue.key)
            || (ledger.admits(order.write().value().length()) && eras.mayOwe(eras.current()));
    return admitted
        ? null
        : new NotDone(Obstacle.OVERLOADED, "this node takes no more records for other nodes");
  }

  /** A retry mints nothing: it is answered by the dot that the first try became. */
  private void recognise(
      KeyQueue queue, PutOrder order, NodeId owner, AppliedRequest earlier, Minter minter) {
    if (earlier.operationDigest() != order.write().digest()) {
      Outcome refused =
          new Refused(
              Outcome.Refusal.REQUEST_ID_REUSED, "the request id was used for another write");
      minter.refused(refused);
      return;
    }
    var record = SiblingsCodec.encode(queue.key, queue.current);
    var debts = Records.debts(queue);
    if (!owners.isOwn(queue.key) && !debts.owners().contains(owner)) {
      long label = records.label(queue);
      records.storeDebts(queue, records.owing(queue, owner, label, record.length()));
    }
    var context = order.read().carried().withSingle(earlier.dot());
    minter.minted(record, records.label(queue), context, logsLosers(queue.key));
    Records.whenCurrentIsDurable(queue, minter::durable);
  }

  /** The others drop losers without a word, so the only log of them has to be durable first. */
  private boolean logsLosers(Key key) {
    return namespace(key).keepsNewest();
  }

  /** Only keys of known namespaces are let in. */
  private NamespaceSettings namespace(Key key) {
    var namespace = inForce.get().namespace(key.namespace());
    if (namespace == null) {
      throw new IllegalArgumentException("no namespace " + key.namespace());
    }
    return namespace;
  }
}
