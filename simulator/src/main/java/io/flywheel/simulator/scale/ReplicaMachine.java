package io.flywheel.simulator.scale;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.StoredPages;
import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Now;
import io.flywheel.core.node.Node;
import io.flywheel.core.node.NodeConfig;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node with a disk in memory that is never in doubt and costs no time. */
final class ReplicaMachine {
  private final WholeNodes cluster;
  private final Map<Table, NavigableMap<Bytes, Bytes>> tables = new EnumMap<>(Table.class);
  private final Outbox outbox = new Outbox();
  private final Node node;
  private @Nullable Outcome lastOutcome;

  ReplicaMachine(
      WholeNodes cluster,
      NodeConfig config,
      Map<Table, NavigableMap<Bytes, Bytes>> disk,
      SplittableRandom random,
      Now now) {
    this.cluster = cluster;
    for (Table table : Table.values()) {
      tables.put(table, disk.getOrDefault(table, new TreeMap<>()));
    }
    try {
      node = Node.start(config, table(Table.METADATA), random, now, outbox);
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  Node node() {
    return node;
  }

  NavigableMap<Bytes, Bytes> data() {
    return table(Table.DATA);
  }

  /** What the last request came to. */
  @Nullable Outcome lastOutcome() {
    return lastOutcome;
  }

  /** Carries out what the node asks for, and what comes of that; whether there was anything. */
  boolean carryOut() {
    var effects = outbox.drain();
    effects.forEach(this::carryOut);
    return !effects.isEmpty();
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> cluster.send(send.to(), send.envelope());
      case Effect.Load load -> {
        var value = table(load.table()).get(load.storageKey());
        node.loaded(
            cluster.now(),
            load.ticket(),
            value == null ? new Loaded.Absent() : new Loaded.Value(value));
      }
      case Effect.Scan scan ->
          node.scanned(cluster.now(), scan.ticket(), StoredPages.read(table(scan.table()), scan));
      case Effect.Store store -> {
        store.mutations().forEach(this::apply);
        node.stored(cluster.now(), store.ticket());
      }
      case Effect.WorkOut(var before, var entry) ->
          node.workedOut(cluster.now(), before.after(entry));
      case Effect.Respond respond -> lastOutcome = respond.outcome();
      case Effect.Halt halt -> throw new IllegalStateException(halt.reason());
      case Effect.Report _, Effect.Dial _, Effect.StopDialling _ -> {}
    }
  }

  private void apply(Mutation mutation) {
    var value = mutation.value();
    if (value == null) {
      table(mutation.table()).remove(mutation.storageKey());
    } else {
      table(mutation.table()).put(mutation.storageKey(), value);
    }
  }

  private NavigableMap<Bytes, Bytes> table(Table table) {
    return tables.computeIfAbsent(table, _ -> new TreeMap<>());
  }
}
