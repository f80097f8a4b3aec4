package io.flywheel.bare;

import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Values on disk. What a turn of the loop writes is one batch: without fsync written on the loop,
 * with it written and synced on a thread of its own, while the next batch gathers.
 */
final class BareStore {
  private static final long CACHE_BYTES = 256L << 20;

  private final RocksDB database;
  private final WriteOptions options;
  private final EventLoop loop;
  private final @Nullable ExecutorService writer;
  private WriteBatch batch = new WriteBatch();
  private WriteBatch spare = new WriteBatch();
  private List<Runnable> waiting = new ArrayList<>();
  private boolean turnEnds;
  private boolean writing;

  BareStore(Path directory, boolean fsync, EventLoop loop) throws RocksDBException {
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(new LRUCache(CACHE_BYTES))
            .setFilterPolicy(new BloomFilter(10));
    var settings = new Options().setCreateIfMissing(true).setTableFormatConfig(table);
    this.database = RocksDB.open(settings, directory.toString());
    this.options = new WriteOptions().setSync(fsync);
    this.loop = loop;
    this.writer = fsync ? Executors.newSingleThreadExecutor(Thread.ofPlatform().factory()) : null;
  }

  byte @Nullable [] get(byte[] key) {
    try {
      return database.get(key);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  void put(byte[] key, byte[] value, Runnable written) {
    try {
      batch.put(key, value);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    waiting.add(written);
    if (!turnEnds) {
      turnEnds = true;
      loop.execute(this::endTurn);
    }
  }

  private void endTurn() {
    turnEnds = false;
    if (writing || waiting.isEmpty()) {
      return;
    }
    writing = true;
    WriteBatch full = batch;
    List<Runnable> confirmed = waiting;
    batch = spare;
    spare = full;
    waiting = new ArrayList<>();
    if (writer == null) {
      write(full);
      confirm(confirmed);
    } else {
      writer.execute(
          () -> {
            write(full);
            loop.execute(() -> confirm(confirmed));
          });
    }
  }

  private void write(WriteBatch full) {
    try {
      database.write(options, full);
      full.clear();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  private void confirm(List<Runnable> confirmed) {
    writing = false;
    confirmed.forEach(Runnable::run);
    endTurn();
  }
}
