package io.flywheel.server.rocksdb;

import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.model.Bytes;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A range of a table as it was when this was made: an iterator of RocksDB holds on to what it saw
 * at first. Scans pass the block cache by, or they would push out of it what clients read.
 */
final class RocksCursor implements Storage.Cursor {
  private final ReadOptions options;
  private final @Nullable Slice end;
  private final RocksIterator iterator;
  private final Bytes from;

  RocksCursor(RocksDB database, ColumnFamilyHandle family, Bytes from, @Nullable Bytes to) {
    this.from = from;
    end = to == null ? null : new Slice(to.array());
    options = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
    if (end != null) {
      options.setIterateUpperBound(end);
    }
    iterator = database.newIterator(family, options);
  }

  @Override
  public Scanned read(int maxEntries, int maxBytes) {
    var entries = new ArrayList<Scanned.Entry>();
    long bytes = 0;
    try {
      for (iterator.seek(from.array()); iterator.isValid(); iterator.next()) {
        if (!entries.isEmpty() && (entries.size() >= maxEntries || bytes >= maxBytes)) {
          return new Scanned.Page(entries, Bytes.wrap(iterator.key()));
        }
        var entry = new Scanned.Entry(Bytes.wrap(iterator.key()), Bytes.wrap(iterator.value()));
        bytes += entry.storageKey().length() + entry.value().length();
        entries.add(entry);
      }
      iterator.status();
      return new Scanned.Page(entries, null);
    } catch (RocksDBException e) {
      return new Scanned.Failed(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    if (end != null) {
      end.close();
    }
  }
}
