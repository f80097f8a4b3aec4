package io.flywheel.simulator.check;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Debts;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What records on disks and in messages give away: which operation stands behind each dot, and on
 * which machines it is durable. Checkers share it, so that each record is decoded once.
 */
public final class Evidence implements Witness {
  private static final int MOST_REMEMBERED_RECORDS = 512;

  /** Hears of every record that nobody has seen before. */
  interface Listener {
    /** A record that cannot be decoded was sent or stored. */
    default void undecodable(SimulatedMachine machine, Key key) {}

    /** A value that no client wrote, or a deletion that none asked for. */
    default void unexplained(SimulatedMachine machine, Key key, Sibling sibling) {}

    /** The first sight of a dot, in the state that its coordinator made of the key. */
    default void minted(
        SimulatedMachine machine, Key key, Dot dot, Operation operation, Siblings state) {}

    /** Another sight of a dot. */
    default void seen(Key key, Dot dot, Operation operation, Sibling sibling) {}

    /** A state of a key that nobody has seen before, after all of its dots. */
    default void inspected(Key key, Siblings state) {}
  }

  private final History history;
  private final Map<Bytes, Key> keys = new HashMap<>();
  private final Map<Key, Bytes> records = new HashMap<>();
  private final Map<Bytes, Siblings> decoded = new HashMap<>();
  private final Map<Key, Map<Dot, Operation>> minted = new HashMap<>();
  private final Map<NodeId, Map<Key, Context>> everDurable = new HashMap<>();
  private final Map<Integer, Map<Bytes, Set<NodeId>>> keptFor = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private List<Mutation> batch = List.of();
  private final Epochs epochs = new Epochs();

  public Evidence(History history, List<Key> keys) {
    this.history = history;
    for (var key : keys) {
      this.keys.put(StorageKey.ofRecord(key), key);
      this.records.put(key, StorageKey.ofRecord(key));
      this.minted.put(key, new HashMap<>());
    }
  }

  void tell(Listener listener) {
    listeners.add(listener);
  }

  /** From now on this hears of each newer cluster, when the first disk has it. */
  public void whenRingChanges(Consumer<Cluster> listener) {
    epochs.whenChanged(listener);
  }

  /** The ring of the newest cluster that any disk has had, null before there was one. */
  public @Nullable Ring ring() {
    var newest = newest();
    return newest == null ? null : newest.ring();
  }

  /** The one before it: who lags behind goes by that. */
  public @Nullable Cluster previous() {
    return epochs.previous();
  }

  /** Whether members have come or gone, or were about to. */
  boolean ringHasChanged() {
    return epochs.ringHasChanged();
  }

  /** Whether there were other numbers of copies, or were about to be. */
  boolean copiesHaveChanged() {
    return epochs.copiesHaveChanged();
  }

  /** The newest cluster that any disk has had. */
  public @Nullable Cluster newest() {
    return epochs.newest();
  }

  /** Whether it has left by its own wish, or is about to: then everybody waits for it. */
  boolean leaves(NodeId node) {
    return epochs.leaves(node);
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    var put =
        switch (envelope.message()) {
          case ReplicaPut replicaPut -> replicaPut;
          case RelayedPut relayed -> relayed.put();
          default -> null;
        };
    if (put != null) {
      inspect(from.machine(), put.key(), put.record());
    }
  }

  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    batch = mutations;
    for (var mutation : mutations) {
      var key = keyAt(mutation);
      var record = mutation.value();
      if (key != null && record != null) {
        inspect(process.machine(), key, record);
      }
    }
    batch = List.of();
  }

  /** Whether the batch that is being looked at also notes whom the key is owed to. */
  boolean notesDebt(Key key) {
    var storageKey = records.get(key);
    for (var mutation : batch) {
      if (mutation.table() == Table.DEBTS
          && storageKey != null
          && mutation.storageKey().equals(storageKey)
          && mutation.value() != null) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    mutations.forEach(mutation -> noteDebt(machine, mutation));
    for (var mutation : mutations) {
      var value = mutation.value();
      if (value != null && mutation.storageKey().equals(StorageKey.CLUSTER)) {
        formed(value);
      }
      // What the disk has counts, not what its process believes to be there.
      var key = keyAt(mutation);
      var record = machine.disk().durable(mutation.table()).get(mutation.storageKey());
      if (key != null && record != null) {
        held(machine, key, record);
      } else if (key != null) {
        released(machine, key);
      }
    }
  }

  /** Collects for whom a machine has kept a record since it had none. */
  private void noteDebt(SimulatedMachine machine, Mutation mutation) {
    var entry = mutation.value();
    if (mutation.table() != Table.DEBTS || entry == null) {
      return;
    }
    try {
      var owed = Debts.decode(entry).owners();
      keptFor(machine).computeIfAbsent(mutation.storageKey(), _ -> new TreeSet<>()).addAll(owed);
    } catch (MalformedException e) {
      throw new IllegalStateException("a node noted debts that nobody can read", e);
    }
  }

  private Map<Bytes, Set<NodeId>> keptFor(SimulatedMachine machine) {
    return keptFor.computeIfAbsent(machine.index(), _ -> new HashMap<>());
  }

  /** The process removed the record: what was in it is elsewhere, or of no use. */
  private void released(SimulatedMachine machine, Key key) {
    var owners = keptFor(machine).remove(records.get(key));
    for (var operation : history.of(key)) {
      operation.releasedBy(
          machine.index(), owners == null ? Set.of() : owners, machine.config().durable());
    }
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    // A sync that failed may have kept the ring all the same.
    var cluster = machine.disk().durable(Table.METADATA).get(StorageKey.CLUSTER);
    if (cluster != null) {
      formed(cluster);
    }
    if (wasRemoved(machine)) {
      return; // nobody waits for what the page cache saved of it after all
    }
    machine
        .disk()
        .durable(Table.DATA)
        .forEach(
            (storageKey, record) -> {
              var key = keys.get(storageKey);
              if (key != null) {
                held(machine, key, record);
              }
            });
  }

  private boolean wasRemoved(SimulatedMachine machine) {
    var newest = newest();
    var identity = machine.identity();
    return newest != null && identity != null && newest.removed().contains(identity);
  }

  /** Whose record it is; null for anything else, and for keys that no client uses. */
  @Nullable Key keyAt(Mutation mutation) {
    return mutation.table() == Table.DATA ? keys.get(mutation.storageKey()) : null;
  }

  /** The state that a mutation of the key's record leaves; null if it cannot be read. */
  @Nullable Siblings stateOf(Key key, Mutation mutation) {
    var record = mutation.value();
    try {
      return record == null ? Siblings.NONE : decode(key, record);
    } catch (MalformedException e) {
      return null;
    }
  }

  private void held(SimulatedMachine machine, Key key, Bytes record) {
    var identity = machine.identity();
    if (identity == null) {
      return;
    }
    try {
      var siblings = decode(key, record);
      everDurable
          .computeIfAbsent(identity, _ -> new HashMap<>())
          .merge(key, siblings.context(), Evidence::join);
      for (var sibling : siblings.living()) {
        var operation = operationOf(key, sibling.dot());
        if (operation != null) {
          operation.heldBy(machine.index(), identity, machine.config().zone());
        }
      }
    } catch (MalformedException e) {
      // A rotten record holds nothing.
    }
  }

  private static Context join(Context before, Context now) {
    return now.covers(before) ? now : before.join(now);
  }

  /** All of the key's writes that this node has at some time had on its disk, or seen replaced. */
  Context everDurable(NodeId node, Key key) {
    return everDurable.getOrDefault(node, Map.of()).getOrDefault(key, Context.EMPTY);
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    history.damaged(damage);
    for (var operation : history.operations()) {
      if (operation.isHeldBy(machine.index()) && !isKept(machine, operation)) {
        operation.lostBy(machine.index());
      }
    }
  }

  @Override
  public void lost(SimulatedMachine machine) {
    history.damaged(Damage.LOST_DIRECTORY);
    for (var operation : history.operations()) {
      operation.lostBy(machine.index());
    }
  }

  @Override
  public void left(SimulatedMachine machine) {
    for (var operation : history.operations()) {
      operation.leftWith(machine.index());
    }
  }

  /** The durable record of a key on a machine, as far as it can be read; null if it cannot. */
  public @Nullable Siblings durable(SimulatedMachine machine, Key key) {
    var storageKey = records.get(key);
    var record = storageKey == null ? null : machine.disk().durable(Table.DATA).get(storageKey);
    if (record == null) {
      return Siblings.NONE;
    }
    try {
      return decode(key, record);
    } catch (MalformedException e) {
      return null;
    }
  }

  /** Whether a machine's durable record has the operation or something that replaced it. */
  boolean isKept(SimulatedMachine machine, Operation operation) {
    var state = durable(machine, operation.key());
    if (state != null) {
      for (Dot dot : operation.dots()) {
        if (state.context().covers(dot)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a machine's durable record shows the operation as one of the key's siblings. */
  boolean lives(SimulatedMachine machine, Operation operation) {
    var state = durable(machine, operation.key());
    if (state != null) {
      for (var sibling : state.living()) {
        if (operation.dots().contains(sibling.dot())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a machine has kept the operation among the losers of an overflow. */
  boolean isLoser(SimulatedMachine machine, Operation operation) {
    for (Bytes entry : machine.disk().durable(Table.LOSERS).values()) {
      try {
        var loser = LoserLog.decode(entry);
        if (loser.key().equals(operation.key())
            && operation.dots().contains(loser.sibling().dot())) {
          return true;
        }
      } catch (MalformedException e) {
        throw new IllegalStateException("a node logged what nobody can read", e);
      }
    }
    return false;
  }

  private void formed(Bytes record) {
    try {
      epochs.seen(Cluster.decode(record));
    } catch (MalformedException e) {
      throw new IllegalStateException("a node stored a damaged cluster", e);
    }
  }

  private Siblings decode(Key key, Bytes record) throws MalformedException {
    var known = decoded.get(record);
    if (known != null) {
      return known;
    }
    var siblings = SiblingsCodec.decode(key, record);
    if (decoded.size() >= MOST_REMEMBERED_RECORDS) {
      decoded.clear();
    }
    decoded.put(record, siblings);
    return siblings;
  }

  private @Nullable Siblings inspect(SimulatedMachine machine, Key key, Bytes record) {
    var known = decoded.get(record);
    if (known != null) {
      return known;
    }
    try {
      var siblings = decode(key, record);
      siblings.living().forEach(sibling -> identify(machine, key, sibling, siblings));
      listeners.forEach(listener -> listener.inspected(key, siblings));
      return siblings;
    } catch (MalformedException e) {
      listeners.forEach(listener -> listener.undecodable(machine, key));
      return null;
    }
  }

  private void identify(SimulatedMachine machine, Key key, Sibling sibling, Siblings state) {
    var dot = sibling.dot();
    var before = operationOf(key, dot);
    var operation = sibling.tombstone() ? deleter(key, dot, state, before) : writer(key, sibling);
    if (operation == null) {
      listeners.forEach(listener -> listener.unexplained(machine, key, sibling));
      return;
    }
    if (before == null) {
      remember(key, dot, operation);
      listeners.forEach(listener -> listener.minted(machine, key, dot, operation, state));
    }
    listeners.forEach(listener -> listener.seen(key, dot, operation, sibling));
  }

  private @Nullable Operation writer(Key key, Sibling sibling) {
    return history.writer(key, sibling.value());
  }

  /** Every deletion is sent with a request id, which is remembered beside its dot for a while. */
  private @Nullable Operation deleter(
      Key key, Dot dot, Siblings state, @Nullable Operation before) {
    if (before != null && before.isDelete()) {
      return before;
    }
    for (AppliedRequest request : state.requests()) {
      if (request.dot().equals(dot)) {
        return history.deleter(key, request.id());
      }
    }
    return null;
  }

  /** Whose dot it is, as first seen; null for one not seen yet. */
  @Nullable Operation operationOf(Key key, Dot dot) {
    var dots = minted.get(key);
    return dots == null ? null : dots.get(dot);
  }

  private void remember(Key key, Dot dot, Operation operation) {
    minted.computeIfAbsent(key, _ -> new HashMap<>()).put(dot, operation);
    operation.dots().add(dot);
  }
}
