package io.flywheel.simulator.world;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.effect.StoredPages;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps exactly what {@link Storage} promises and nothing more. What is written and not
 * synced lies in the page cache: readable, and lost in part when the machine loses power. After a
 * failed sync the page cache lies, as it does on real systems (Rebello et al., 'Can Applications
 * Recover from fsync Failures?', 2020): what it held stays readable and counts as clean, so a
 * further sync succeeds without ever writing it.
 */
public final class SimulatedDisk implements Storage {
  private static final int VERSIONS_KEPT = 4;

  private final SplittableRandom random;
  private final Map<Table, SortedMap<Bytes, Bytes>> durable = tables();
  private final Map<Table, SortedMap<Bytes, Bytes>> readable = tables();
  private final List<List<Mutation>> unsynced = new ArrayList<>();
  private final TreeMap<Bytes, ArrayList<Bytes>> olderRecords = new TreeMap<>();

  private final TreeSet<Bytes> unreadable = new TreeSet<>();

  private boolean failsNextWrite;
  private boolean failsNextSync;
  private double failedReads;

  public SimulatedDisk(SplittableRandom random) {
    this.random = random;
  }

  @Override
  public Loaded load(Table table, Bytes storageKey) {
    if (failedReads > 0 && random.nextDouble() < failedReads) {
      return new Loaded.Failed("simulated read error");
    }
    if (table == Table.DATA && unreadable.contains(storageKey)) {
      return new Loaded.Damaged("simulated checksum mismatch");
    }
    var value = readable(table).get(storageKey);
    return value == null ? new Loaded.Absent() : new Loaded.Value(value);
  }

  @Override
  public void write(List<Mutation> mutations) throws IOException {
    boolean fails = failsNextWrite;
    failsNextWrite = false;
    if (!fails || random.nextBoolean()) {
      apply(mutations, readable);
      unsynced.add(mutations);
      for (var mutation : mutations) {
        if (mutation.table() == Table.DATA) {
          unreadable.remove(mutation.storageKey());
        }
      }
    }
    if (fails) {
      throw new IOException("simulated write error");
    }
  }

  @Override
  public void sync() throws IOException {
    if (failsNextSync) {
      failsNextSync = false;
      persist(random.nextInt(unsynced.size() + 1));
      unsynced.clear();
      throw new IOException("simulated sync error");
    }
    persist(unsynced.size());
    unsynced.clear();
  }

  @Override
  public Cursor cursor(Table table, Bytes from, @Nullable Bytes to) {
    boolean fails = failedReads > 0 && random.nextDouble() < failedReads;
    var seen = new TreeMap<>(readable(table));
    return new Cursor() {
      @Override
      public Scanned read(int maxEntries, int maxBytes) {
        return fails
            ? new Scanned.Failed("simulated read error")
            : StoredPages.read(seen, new Effect.Scan(0, table, from, to, maxEntries, maxBytes));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Map<Bytes, Bytes> metadata() {
    return new TreeMap<>(readable(Table.METADATA));
  }

  /** A process that used the disk ended; the machine, and with it the page cache, lives on. */
  @Override
  public void close() {}

  /** The machine loses power: any suffix of what was not synced is gone, and nothing else. */
  void losePower() {
    persist(random.nextInt(unsynced.size() + 1));
    unsynced.clear();
    revertToDurable();
  }

  /** All but the page cache of a machine that was switched off in order. */
  void flush() {
    persist(unsynced.size());
    unsynced.clear();
    revertToDurable();
  }

  void failNextWrite() {
    failsNextWrite = true;
  }

  void failNextSync() {
    failsNextSync = true;
  }

  void failReads(double share) {
    failedReads = share;
  }

  void behave() {
    failsNextWrite = false;
    failsNextSync = false;
    failedReads = 0;
  }

  /** What survives a loss of power at this moment at the least. */
  public Map<Bytes, Bytes> durable(Table table) {
    return Collections.unmodifiableMap(table(durable, table));
  }

  // --- what should not happen to a disk, and does
  // -------------------------------------------------

  /** Copies everything that is durable to another disk. */
  void copyTo(SimulatedDisk other) {
    other.unsynced.clear();
    other.unreadable.clear();
    durable.forEach(
        (table, records) -> {
          table(other.durable, table).clear();
          table(other.durable, table).putAll(records);
        });
    other.revertToDurable();
  }

  void wipe() {
    unsynced.clear();
    durable.values().forEach(Map::clear);
    readable.values().forEach(Map::clear);
    olderRecords.clear();
    unreadable.clear();
  }

  /** Loses one record, as a damaged index does; false while it is only in the page cache. */
  boolean forget(Table table, Bytes storageKey) {
    for (var batch : unsynced) {
      for (var mutation : batch) {
        if (mutation.table() == table && mutation.storageKey().equals(storageKey)) {
          return false;
        }
      }
    }
    table(readable, table).remove(storageKey);
    if (table == Table.DATA) {
      unreadable.remove(storageKey);
    }
    return table(durable, table).remove(storageKey) != null;
  }

  /** Brings an older version of one record back, as a log whose middle was dropped does. */
  boolean rollBack(Bytes storageKey) {
    var older = olderRecords.get(storageKey);
    if (older == null || older.isEmpty() || !forget(Table.DATA, storageKey)) {
      return false;
    }
    put(Table.DATA, storageKey, older.get(random.nextInt(older.size())));
    return true;
  }

  /** Another record is in the place of one; false while that is only in the page cache. */
  boolean replace(Bytes storageKey, Bytes record) {
    if (unreadable.contains(storageKey) || !forget(Table.DATA, storageKey)) {
      return false;
    }
    put(Table.DATA, storageKey, record);
    return true;
  }

  /** A record lies elsewhere: a bit of its place has flipped, or the rest of the place is gone. */
  boolean misplace(Table table, Bytes storageKey) {
    var record = table(durable, table).get(storageKey);
    if (record == null || !forget(table, storageKey)) {
      return false;
    }
    byte[] place = storageKey.array().clone();
    if (random.nextBoolean()) {
      place = Arrays.copyOf(place, 1 + random.nextInt(place.length));
    } else {
      place[random.nextInt(place.length)] ^= (byte) (1 << random.nextInt(8));
    }
    put(table, Bytes.wrap(place), record);
    return true;
  }

  private void put(Table table, Bytes storageKey, Bytes record) {
    table(durable, table).put(storageKey, record);
    table(readable, table).put(storageKey, record);
  }

  /** Flips one bit of a stored record; the storage engine's own checksum finds some. */
  boolean rot(Table table, Bytes storageKey) {
    var record = table(durable, table).get(storageKey);
    if (record == null || !forget(table, storageKey)) {
      return false;
    }
    byte[] bytes = record.array().clone();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    put(table, storageKey, Bytes.wrap(bytes));
    if (table == Table.DATA && random.nextInt(3) == 0) {
      unreadable.add(storageKey);
    }
    return true;
  }

  @Nullable Bytes any(Table table, SplittableRandom chance) {
    var keys = List.copyOf(table(durable, table).keySet());
    return keys.isEmpty() ? null : keys.get(chance.nextInt(keys.size()));
  }

  private void persist(int batches) {
    for (var batch : unsynced.subList(0, batches)) {
      for (var mutation : batch) {
        if (mutation.table() == Table.DATA) {
          remember(mutation.storageKey());
        }
      }
      apply(batch, durable);
    }
  }

  private void remember(Bytes storageKey) {
    var record = table(durable, Table.DATA).get(storageKey);
    if (record != null) {
      var older = olderRecords.computeIfAbsent(storageKey, _ -> new ArrayList<>(VERSIONS_KEPT));
      if (older.size() == VERSIONS_KEPT) {
        older.removeFirst();
      }
      older.add(record);
    }
  }

  private void revertToDurable() {
    durable.forEach(
        (table, records) -> {
          readable(table).clear();
          readable(table).putAll(records);
        });
  }

  private SortedMap<Bytes, Bytes> readable(Table table) {
    return table(readable, table);
  }

  private static void apply(List<Mutation> batch, Map<Table, SortedMap<Bytes, Bytes>> to) {
    for (var mutation : batch) {
      var value = mutation.value();
      if (value == null) {
        table(to, mutation.table()).remove(mutation.storageKey());
      } else {
        table(to, mutation.table()).put(mutation.storageKey(), value);
      }
    }
  }

  private static SortedMap<Bytes, Bytes> table(
      Map<Table, SortedMap<Bytes, Bytes>> tables, Table table) {
    var found = tables.get(table);
    if (found == null) {
      throw new IllegalStateException("every table exists");
    }
    return found;
  }

  private static Map<Table, SortedMap<Bytes, Bytes>> tables() {
    var tables = new EnumMap<Table, SortedMap<Bytes, Bytes>>(Table.class);
    for (var table : Table.values()) {
      tables.put(table, new TreeMap<>());
    }
    return tables;
  }
}
