package io.flywheel.server.runtime;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Doorkeeper;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The records that were lately read, as they are on disk: those that clients ask for again and
 * again. A read from here costs a fraction of one from the block cache of the database, which has
 * to be entered, searched and copied from.
 *
 * <p>Most records that are read are not read again soon. Once there is no room left, only what is
 * read for the second time comes in ({@link Doorkeeper}), and what was asked for again since it
 * came is passed over once before it goes (a clock, Corbató 1969). So little moves, and a hit
 * writes no reference: both keep the pauses of the garbage collector short.
 *
 * <p>It needs no care with order: the core loads a record only when nothing of it is on its way to
 * the disk, and stores one only after it has loaded it. So what was stored last is what a load has
 * to find. Rot on the disk is not seen here; the sweep, which reads the disk itself, finds it.
 *
 * <p>On the loop's thread.
 */
final class RecordCache {
  /** Beside a record and its key: two arrays, what wraps them, two entries. */
  private static final int ENTRY_BYTES = 166;

  /** Larger ones would drive out many small ones. */
  private static final int LARGEST_RECORD_BYTES = 32 << 10;

  private static final int NEWCOMER_BITS = 15;

  private final long mostBytes;
  private final LinkedHashMap<Bytes, Held> records = new LinkedHashMap<>();

  private final Doorkeeper doorkeeper = new Doorkeeper(NEWCOMER_BITS);

  private long bytes;

  /** Holds so much at most, its own memory included, about. */
  RecordCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Null where it does not know, which says nothing about the disk. */
  @Nullable Bytes find(Table table, Bytes storageKey) {
    var held = table == Table.DATA ? records.get(storageKey) : null;
    if (held == null) {
      return null;
    }
    held.askedAgain = true;
    return held.record;
  }

  /** This was found on the disk. */
  void read(Table table, Bytes storageKey, Bytes record) {
    if (table != Table.DATA || record.length() > LARGEST_RECORD_BYTES) {
      return;
    }
    if (records.containsKey(storageKey) || mayEnter(storageKey, record)) {
      put(storageKey, record);
    }
  }

  /** This is going to be on the disk. What nobody has read lately is not taken up. */
  void write(Mutation mutation) {
    if (mutation.table() != Table.DATA || !records.containsKey(mutation.storageKey())) {
      return;
    }
    var record = mutation.value();
    if (record == null || record.length() > LARGEST_RECORD_BYTES) {
      remove(mutation.storageKey());
    } else {
      put(mutation.storageKey(), record);
    }
  }

  long bytes() {
    return bytes;
  }

  private boolean mayEnter(Bytes storageKey, Bytes record) {
    return bytes + size(storageKey, record) <= mostBytes
        || doorkeeper.admits(storageKey.hashCode());
  }

  private void put(Bytes storageKey, Bytes record) {
    var held = records.get(storageKey);
    if (held == null) {
      records.put(storageKey, new Held(record));
    } else {
      bytes -= size(storageKey, held.record);
      held.record = record;
    }
    bytes += size(storageKey, record);
    makeRoom();
  }

  private void makeRoom() {
    while (bytes > mostBytes) {
      var oldest = records.pollFirstEntry();
      var held = oldest.getValue();
      if (held.askedAgain) {
        held.askedAgain = false;
        records.put(oldest.getKey(), held);
      } else {
        bytes -= size(oldest.getKey(), held.record);
      }
    }
  }

  private void remove(Bytes storageKey) {
    var held = records.remove(storageKey);
    if (held != null) {
      bytes -= size(storageKey, held.record);
    }
  }

  private static long size(Bytes storageKey, Bytes record) {
    return ENTRY_BYTES + (long) storageKey.length() + record.length();
  }

  private static final class Held {
    private Bytes record;
    private boolean askedAgain;

    Held(Bytes record) {
      this.record = record;
    }
  }
}
