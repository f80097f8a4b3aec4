package io.flywheel.server.rocksdb;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Holder;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The node's database. A write goes to RocksDB's log and memtable without waiting for the disk, and
 * {@link #sync} makes the log durable: one sync covers every batch written before it.
 *
 * <p>Must not be used any more by any thread when it is closed: what lies beneath is not managed
 * memory.
 */
public final class RocksStorage implements Storage {
  private static final Loaded ABSENT = new Loaded.Absent();

  /** A large record that does not fit now: the array for it was not made, and nothing is lost. */
  private static final Loaded NO_MEMORY = new Loaded.Failed("there is no memory for it now");

  /** Tokens come first in a key, and one with all bits set is as good as none. */
  private static final byte[] BEYOND_ALL_KEYS = new byte[32];

  static {
    Arrays.fill(BEYOND_ALL_KEYS, (byte) -1);
  }

  private final DataDirectory directory;
  private final RocksOptions options;
  private final RocksDB database;
  private final List<ColumnFamilyHandle> families;
  private final Map<Table, ColumnFamilyHandle> tables = new EnumMap<>(Table.class);
  private final WriteOptions writeOptions = new WriteOptions();
  private final WriteOptions atOnceOptions = new WriteOptions().setNoSlowdown(true);
  private final ReadOptions readOptions = new ReadOptions().setVerifyChecksums(true);
  private final ReadOptions memoryOptions =
      new ReadOptions().setVerifyChecksums(true).setReadTier(ReadTier.BLOCK_CACHE_TIER);
  private final WriteBatch batch = new WriteBatch();
  private boolean formed; // the syncing thread's own
  private volatile boolean metadataWritten;
  private boolean closed;

  private RocksStorage(
      DataDirectory directory,
      RocksOptions options,
      RocksDB database,
      List<ColumnFamilyHandle> families) {
    this.directory = directory;
    this.options = options;
    this.database = database;
    this.families = families;
    var rest = families.listIterator(1);
    for (Table table : Table.values()) {
      tables.put(table, rest.next());
    }
  }

  /**
   * Opens the directory's database, or makes it on a first start, and takes over the directory: it
   * is closed with the storage, or here if that fails.
   *
   * @param onBackgroundError told, on a thread of RocksDB's, what went wrong; the process must stop
   */
  public static RocksStorage open(DataDirectory directory, Consumer<String> onBackgroundError)
      throws UnusableDirectoryException {
    try {
      RocksLibrary.load();
    } catch (UnusableDirectoryException e) {
      directory.close();
      throw e;
    }
    boolean create = !directory.isFormed();
    var options = new RocksOptions(create, onBackgroundError);
    var families = new ArrayList<ColumnFamilyHandle>();
    RocksDB database = null;
    try {
      database =
          RocksDB.open(
              options.database(), directory.database().toString(), options.families(), families);
      var storage = new RocksStorage(directory, options, database, families);
      storage.checkMetadata(create);
      return storage;
    } catch (RocksDBException | IOException e) {
      families.forEach(ColumnFamilyHandle::close);
      if (database != null) {
        database.close();
      }
      options.close();
      directory.close();
      throw new UnusableDirectoryException(
          doesNotOpen(directory, create, String.valueOf(e.getMessage())), e);
    }
  }

  private static String doesNotOpen(DataDirectory directory, boolean create, String reason) {
    if (create) {
      return "cannot make a database in " + directory.database() + ": " + reason;
    }
    return "the database "
        + directory.database()
        + " does not open: "
        + reason
        + ". It is never repaired in place, for that would drop records in silence. Move 'db' and"
        + " 'format' of "
        + directory.root()
        + " aside, and let an empty node take its place with 'flywheel replace'";
  }

  /**
   * A directory counts as formed once it holds metadata for certain. Where it is formed and holds
   * none, the log that had it is gone, and that is a loss and not a first start.
   */
  private void checkMetadata(boolean create) throws IOException {
    boolean empty = metadata().isEmpty();
    if (create && !empty) {
      directory.markFormed();
    } else if (!create && empty) {
      throw new IOException("it holds no metadata, so a log of it must be missing");
    }
    formed = !empty;
  }

  @Override
  public Loaded load(Table table, Bytes storageKey) {
    try {
      return found(database.get(family(table), readOptions, storageKey.array()));
    } catch (RocksDBException e) {
      return unreadable(e);
    } catch (OutOfMemoryError e) {
      return NO_MEMORY;
    }
  }

  /**
   * What memory alone can tell, without ever waiting for the disk; null where it cannot. That is
   * asked for first without an exception, which costs more than a read. Its no may also hide an
   * error, and where it does not even know whether there is a record it tells of an empty one.
   */
  public @Nullable Loaded loadFromMemory(Table table, Bytes storageKey) {
    try {
      return inMemory(table, storageKey);
    } catch (OutOfMemoryError e) {
      return NO_MEMORY;
    }
  }

  private @Nullable Loaded inMemory(Table table, Bytes storageKey) {
    var value = new Holder<byte[]>();
    if (database.keyMayExist(family(table), memoryOptions, storageKey.array(), value)) {
      byte[] found = value.getValue();
      return found == null || found.length == 0 ? null : found(found);
    }
    try {
      return found(database.get(family(table), memoryOptions, storageKey.array()));
    } catch (RocksDBException e) {
      return code(e) == Status.Code.Incomplete ? null : unreadable(e);
    }
  }

  @Override
  public void write(List<Mutation> mutations) throws IOException {
    try {
      database.write(writeOptions, batch(mutations));
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public boolean writeAtOnce(List<Mutation> mutations) throws IOException {
    try {
      database.write(atOnceOptions, batch(mutations));
      return true;
    } catch (RocksDBException e) {
      if (code(e) == Status.Code.Incomplete) {
        return false; // it holds writers up, as its flushes are behind
      }
      throw failed(e);
    }
  }

  private WriteBatch batch(List<Mutation> mutations) throws RocksDBException {
    batch.clear();
    for (Mutation mutation : mutations) {
      var value = mutation.value();
      if (value == null) {
        batch.delete(family(mutation.table()), mutation.storageKey().array());
      } else {
        batch.put(family(mutation.table()), mutation.storageKey().array(), value.array());
      }
      if (mutation.table() == Table.METADATA) {
        metadataWritten = true;
      }
    }
    return batch;
  }

  private IOException failed(RocksDBException e) {
    return new IOException("a write to " + directory.database() + " failed", e);
  }

  @Override
  public void sync() throws IOException {
    try {
      database.syncWal();
      if (!formed && metadataWritten) {
        directory.markFormed();
        formed = true;
      }
    } catch (RocksDBException e) {
      throw new IOException("a sync of " + directory.database() + " failed", e);
    }
  }

  @Override
  public Cursor cursor(Table table, Bytes from, @Nullable Bytes to) {
    return new RocksCursor(database, family(table), from, to);
  }

  @Override
  public Map<Bytes, Bytes> metadata() throws IOException {
    var metadata = new TreeMap<Bytes, Bytes>();
    try (RocksIterator iterator = database.newIterator(family(Table.METADATA), readOptions)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        metadata.put(Bytes.wrap(iterator.key()), Bytes.wrap(iterator.value()));
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw new IOException("the metadata in " + directory.database() + " cannot be read", e);
    }
    return Collections.unmodifiableMap(metadata);
  }

  /** Errors of flushes and compactions so far: after any the process must stop. */
  public long backgroundErrors() {
    try {
      return database.getAggregatedLongProperty("rocksdb.background-errors");
    } catch (RocksDBException e) {
      return 0; // it does not count them
    }
  }

  /** What is stored, and what the disk has left. */
  public DiskUse diskUse() throws IOException {
    try (var first = new Slice(new byte[0]);
        var last = new Slice(BEYOND_ALL_KEYS)) {
      long bytes = 0;
      for (ColumnFamilyHandle family : families) {
        bytes += database.getLongProperty(family, "rocksdb.total-sst-files-size");
        bytes += database.getApproximateMemTableStats(family, new Range(first, last)).size;
      }
      return new DiskUse(bytes, Files.getFileStore(directory.root()).getUsableSpace());
    } catch (RocksDBException e) {
      throw new IOException("the size of " + directory.database() + " is not known", e);
    }
  }

  /** Ends the database and frees the directory. What was not synced may be lost. */
  @Override
  public void close() {
    if (closed) {
      return; // the database's own second close is a crash
    }
    closed = true;
    families.forEach(ColumnFamilyHandle::close);
    database.cancelAllBackgroundWork(true);
    database.close();
    batch.close();
    writeOptions.close();
    atOnceOptions.close();
    readOptions.close();
    memoryOptions.close();
    options.close();
    directory.close();
  }

  private ColumnFamilyHandle family(Table table) {
    return Objects.requireNonNull(tables.get(table));
  }

  /** Only a checksum proves damage; any other failure may be over with the next try. */
  private static Loaded unreadable(RocksDBException e) {
    String reason = String.valueOf(e.getMessage());
    return code(e) == Status.Code.Corruption
        ? new Loaded.Damaged(reason)
        : new Loaded.Failed(reason);
  }

  private static Status.@Nullable Code code(RocksDBException e) {
    var status = e.getStatus();
    return status == null ? null : status.getCode();
  }

  private static Loaded found(byte @Nullable [] value) {
    return value == null ? ABSENT : new Loaded.Value(Bytes.wrap(value));
  }
}
