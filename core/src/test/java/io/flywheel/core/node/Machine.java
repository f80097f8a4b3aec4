package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.StoredPages;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Zone;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One node, and its disk, which does what a story wants it to do. */
final class Machine {
  final String name;
  private final NodesInOneProcess nodes;
  Zone zone = Zone.DEFAULT;
  final TreeMap<Bytes, Bytes> data = new TreeMap<>();
  final TreeMap<Bytes, Bytes> losers = new TreeMap<>();
  final TreeMap<Bytes, Bytes> debts = new TreeMap<>();
  final TreeMap<Bytes, Bytes> metadata = new TreeMap<>();
  final TreeSet<Bytes> damaged = new TreeSet<>();
  boolean readsFail;
  @Nullable Bytes unscannable;
  boolean syncsHang;

  /** Does not run, and what is sent to it is lost. */
  boolean paused;

  private long unsynced;
  final List<String> reports = new ArrayList<>();

  /** What the next ring is, and whether that is yet to be handed over. */
  final ArrayDeque<Runnable> rings = new ArrayDeque<>();

  boolean ringsWait;

  final Map<Long, Effect.Respond> responses = new HashMap<>();
  final Outbox outbox = new Outbox();
  @Nullable String halted;

  /** Whether it has no initial-members: it is to join. */
  boolean joins;

  private @Nullable Node node;

  Machine(String name, NodesInOneProcess nodes) {
    this.name = name;
    this.nodes = nodes;
  }

  void start(NodeConfig config, SplittableRandom random) throws MalformedException {
    halted = null;
    node = Node.start(config, metadata, random, nodes.now(), outbox);
  }

  void stop() {
    node = null;
    outbox.drain();
  }

  Node node() {
    if (node == null) {
      throw new IllegalStateException(name + " is down");
    }
    return node;
  }

  boolean isUp() {
    return node != null;
  }

  /** Whether it says that it has all copies that it gains. */
  boolean isCaughtUp() {
    var id = node().id();
    return node().told().stream()
        .anyMatch(state -> state.member().equals(id) && state.claim().says(Claim.CAUGHT_UP));
  }

  /** A bit of a record is not what was written any more. */
  void rot(Bytes storageKey) {
    byte[] record = Objects.requireNonNull(data.get(storageKey)).array().clone();
    record[record.length / 2] ^= 4;
    data.put(storageKey, Bytes.wrap(record));
  }

  boolean runs() {
    return node != null && !paused;
  }

  void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> nodes.send(send.to(), send.envelope());
      case Effect.Load load -> {
        var value = table(load.table()).get(load.storageKey());
        Loaded read = value == null ? new Loaded.Absent() : new Loaded.Value(value);
        boolean rotten = damaged.contains(load.storageKey());
        var found = rotten ? new Loaded.Damaged("checksum mismatch") : read;
        var life = node();
        nodes.whenLoaded(
            () -> {
              if (life == node) {
                var failed = new Loaded.Failed("input/output error");
                life.loaded(nodes.now(), load.ticket(), readsFail ? failed : found);
              }
            });
      }
      case Effect.Scan scan -> {
        var page = StoredPages.read(table(scan.table()), scan);
        boolean fails =
            page.entries().stream().anyMatch(e -> Objects.equals(e.storageKey(), unscannable));
        Scanned result = fails ? new Scanned.Failed("input/output error") : page;
        var life = node;
        nodes.whenScanned(
            () -> {
              if (life != null && life == node) {
                life.scanned(nodes.now(), scan.ticket(), result);
              }
            });
      }
      case Effect.Store store -> {
        store.mutations().forEach(this::apply);
        unsynced = store.ticket();
        nodes.whenStored(this::sync);
      }
      case Effect.WorkOut(var before, var entry) -> {
        var life = node();
        rings.add(
            () -> {
              if (life == node) {
                life.workedOut(nodes.now(), before.after(entry));
              }
            });
      }
      case Effect.Respond respond -> responses.put(respond.token(), respond);
      case Effect.Report report -> reports.add(report.text());
      case Effect.Halt halt -> halted = halt.reason();
      case Effect.Dial _, Effect.StopDialling _ -> {}
    }
  }

  /** Says that everything stored is durable, unless the disk hangs. */
  void sync() {
    if (!syncsHang) {
      node().stored(nodes.now(), unsynced);
    }
  }

  private void apply(Mutation mutation) {
    var table = table(mutation.table());
    var value = mutation.value();
    if (value == null) {
      table.remove(mutation.storageKey());
    } else {
      table.put(mutation.storageKey(), value);
    }
    damaged.remove(mutation.storageKey());
  }

  private NavigableMap<Bytes, Bytes> table(Table table) {
    return switch (table) {
      case DATA -> data;
      case LOSERS -> losers;
      case DEBTS -> debts;
      case METADATA -> metadata;
    };
  }
}
