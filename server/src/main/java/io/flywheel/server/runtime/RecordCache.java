package io.flywheel.server.runtime;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The records that were lately read, as they are on disk: those that clients ask for again and
 * again. A read from here costs a fraction of one from the block cache of the database, which has
 * to be entered, searched and copied from.
 *
 * <p>It needs no care with order: the core loads a record only when nothing of it is on its way to
 * the disk, and stores one only after it has loaded it. So what was stored last is what a load has
 * to find. Rot on the disk is not seen here; the sweep, which reads the disk itself, finds it.
 *
 * <p>On the loop's thread.
 */
final class RecordCache {
  /** Beside a record and its key: two arrays, what wraps them, an entry. */
  private static final int ENTRY_BYTES = 150;

  /** Larger ones would drive out many small ones. */
  private static final int LARGEST_RECORD_BYTES = 32 << 10;

  private static final float LOAD_FACTOR = 0.75f;

  private final long mostBytes;
  private final LinkedHashMap<Bytes, Bytes> records = new LinkedHashMap<>(16, LOAD_FACTOR, true);
  private long bytes;

  /** Holds so much at most, its own memory included, about. */
  RecordCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Null where it does not know, which says nothing about the disk. */
  @Nullable Bytes find(Table table, Bytes storageKey) {
    return table == Table.DATA ? records.get(storageKey) : null;
  }

  /** This was found on the disk. */
  void read(Table table, Bytes storageKey, Bytes record) {
    if (table == Table.DATA) {
      replace(storageKey, record);
    }
  }

  /** This is going to be on the disk. What nobody has read lately is not taken up. */
  void write(Mutation mutation) {
    if (mutation.table() == Table.DATA && records.containsKey(mutation.storageKey())) {
      replace(mutation.storageKey(), mutation.value());
    }
  }

  long bytes() {
    return bytes;
  }

  private void replace(Bytes storageKey, @Nullable Bytes record) {
    var before = records.remove(storageKey);
    if (before != null) {
      bytes -= size(storageKey, before);
    }
    if (record != null && record.length() <= LARGEST_RECORD_BYTES) {
      records.put(storageKey, record);
      bytes += size(storageKey, record);
    }
    while (bytes > mostBytes) {
      var oldest = records.pollFirstEntry();
      bytes -= size(oldest.getKey(), oldest.getValue());
    }
  }

  private static long size(Bytes storageKey, Bytes record) {
    return ENTRY_BYTES + (long) storageKey.length() + record.length();
  }
}
