package io.flywheel.server.runtime;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Doorkeeper;
import org.jspecify.annotations.Nullable;

/**
 * The records that were lately read, as they are on disk: those that clients ask for again and
 * again, and, as long as there is room, those that were written. A read from here costs a fraction
 * of one from the block cache of the database, which has to be entered, searched and copied from.
 *
 * <p>Most records that are read are not read again soon. Once there is no room left, only what is
 * read for the second time comes in ({@link Doorkeeper}).
 *
 * <p>It needs no care with order: the core loads a record only when nothing of it is on its way to
 * the disk, and stores one only after it has loaded it. So what was stored last is what a load has
 * to find. Rot on the disk is not seen here; the sweep, which reads the disk itself, finds it.
 *
 * <p>On the loop's thread.
 */
final class RecordCache {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int MOST_CHUNKS = 128;

  /** Of what the JVM may have outside its heap; the rest is for what comes and goes by network. */
  private static final int SHARE = 4;

  /** Larger ones would drive out many small ones. */
  static final int LARGEST_RECORD_BYTES = 32 << 10;

  private static final int NEWCOMER_BITS = 17;

  private final RecordRing records;
  private final Doorkeeper doorkeeper = new Doorkeeper(NEWCOMER_BITS);

  /**
   * Takes 128 MiB outside the heap at most, as they are needed.
   *
   * @param directBytes what the JVM lets its process have outside the heap: a fourth is taken where
   *     that is less
   */
  static RecordCache within(long directBytes) {
    long chunks = Math.min(MOST_CHUNKS, directBytes / SHARE / CHUNK_BYTES);
    return new RecordCache(new RecordRing(CHUNK_BYTES, (int) chunks));
  }

  RecordCache(RecordRing records) {
    this.records = records;
  }

  /** Null where it does not know, which says nothing about the disk. */
  @Nullable Bytes find(Table table, Bytes storageKey) {
    return table == Table.DATA ? records.find(storageKey) : null;
  }

  /** This was found on the disk. */
  void read(Table table, Bytes storageKey, Bytes record) {
    if (table == Table.DATA
        && record.length() <= LARGEST_RECORD_BYTES
        && (records.hasRoom(storageKey, record)
            || records.holds(storageKey)
            || doorkeeper.admits(storageKey.hashCode()))) {
      records.put(storageKey, record);
    }
  }

  /** This is going to be on the disk. What nobody has read lately drives nothing out. */
  void write(Mutation mutation) {
    if (mutation.table() != Table.DATA) {
      return;
    }
    var storageKey = mutation.storageKey();
    var record = mutation.value();
    if (record == null || record.length() > LARGEST_RECORD_BYTES) {
      records.remove(storageKey);
    } else if (records.hasRoom(storageKey, record) || records.holds(storageKey)) {
      records.put(storageKey, record);
    }
  }
}
