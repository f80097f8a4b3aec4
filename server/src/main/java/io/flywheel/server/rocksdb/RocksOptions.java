package io.flywheel.server.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flywheel.core.effect.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * How the database is set up. Two things matter: that nothing lost is ever passed over in silence,
 * and that memory is bounded by one number for everything that RocksDB caches or buffers.
 *
 * <p>Recovery tolerates a torn tail, which is what a crash leaves of writes that nobody was told
 * of, and refuses anything else; logs are tracked in the manifest so that a missing one is noticed.
 * After an error in the background RocksDB would resume by itself; here the process stops instead,
 * because the page cache may no longer tell the truth.
 */
final class RocksOptions implements AutoCloseable {
  /** Blocks, indexes, filters and memtables together: what the goal for a node's memory leaves. */
  private static final long MEMORY_BYTES = 80L << 20;

  /** Of the memory for blocks, kept for indexes and filters: without it they have no priority. */
  private static final double INDEX_SHARE = 0.5;

  private static final long MEMTABLE_BYTES = 32L << 20;
  private static final long SMALL_MEMTABLE_BYTES = 4L << 20;
  private static final long LOG_BYTES = 128L << 20;

  private final List<AbstractNativeReference> owned = new ArrayList<>();
  private final DBOptions database;
  private final ColumnFamilyOptions records;
  private final ColumnFamilyOptions small;

  RocksOptions(boolean create, Consumer<String> onBackgroundError) {
    Cache memory = own(new LRUCache(MEMORY_BYTES, -1, false, INDEX_SHARE));
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(memory)
            .setBlockSize(8 << 10)
            .setFilterPolicy(own(new BloomFilter(10)))
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    records = family(table, MEMTABLE_BYTES);
    small = family(table, SMALL_MEMTABLE_BYTES);
    database = database(create);
    database.setWriteBufferManager(own(new WriteBufferManager(MEMTABLE_BYTES, memory)));
    database.setListeners(List.of(own(listener(onBackgroundError))));
  }

  DBOptions database() {
    return database;
  }

  /** One column family per table, in the order of the tables, behind the one that must be there. */
  List<ColumnFamilyDescriptor> families() {
    var families = new ArrayList<ColumnFamilyDescriptor>();
    families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, small));
    for (Table table : Table.values()) {
      byte[] name = table.name().toLowerCase(Locale.ROOT).getBytes(UTF_8);
      families.add(new ColumnFamilyDescriptor(name, table == Table.DATA ? records : small));
    }
    return families;
  }

  @Override
  public void close() {
    for (var object : owned.reversed()) {
      object.close();
    }
  }

  private DBOptions database(boolean create) {
    var unnamed = new Properties();
    unnamed.setProperty("track_and_verify_wals_in_manifest", "true");
    var options = DBOptions.getDBOptionsFromProps(unnamed);
    if (options == null) {
      throw new IllegalStateException("this RocksDB does not know how to verify its logs");
    }
    return own(options)
        .setCreateIfMissing(create)
        .setCreateMissingColumnFamilies(create)
        .setParanoidChecks(true)
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setRecycleLogFileNum(0)
        .setMaxBgErrorResumeCount(0)
        .setMaxTotalWalSize(LOG_BYTES)
        .setBytesPerSync(1 << 20)
        .setMaxBackgroundJobs(2)
        .setMaxLogFileSize(4 << 20)
        .setKeepLogFileNum(3)
        .setStatsDumpPeriodSec(0);
  }

  private ColumnFamilyOptions family(BlockBasedTableConfig table, long memtableBytes) {
    return own(new ColumnFamilyOptions())
        .setTableFormatConfig(table)
        .setWriteBufferSize(memtableBytes)
        .setMaxWriteBufferNumber(3)
        .setMemtablePrefixBloomSizeRatio(0.02)
        .setMemtableWholeKeyFiltering(true)
        .setCompressionType(CompressionType.LZ4_COMPRESSION);
  }

  private static AbstractEventListener listener(Consumer<String> onBackgroundError) {
    return new AbstractEventListener(
        AbstractEventListener.EnabledEventCallback.ON_BACKGROUND_ERROR) {
      @Override
      public void onBackgroundError(BackgroundErrorReason reason, Status status) {
        onBackgroundError.accept(reason + ": " + status.getCodeString() + " " + status.getState());
      }
    };
  }

  private <T extends AbstractNativeReference> T own(T object) {
    owned.add(object);
    return object;
  }
}
