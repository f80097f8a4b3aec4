package io.flywheel.server.runtime;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Carries out the loads that have to wait for the disk, on a few threads of its own: those of one
 * turn are dealt out in small batches, and each batch comes back as one.
 */
final class StorageReader {
  /** A load's answer. */
  record Result(Effect.Load load, Loaded loaded) {}

  private static final int THREADS = 4;
  private static final int BATCH = 16;
  private static final long CLOSE_SECONDS = 5;

  private final Storage storage;
  private final Consumer<List<Result>> deliver;
  private final ScanListener scans;
  private final ThreadPoolExecutor threads;
  private List<Effect.Load> collected = new ArrayList<>();

  /** Hears what a scan found, on one of the reader's threads. */
  @FunctionalInterface
  interface ScanListener {
    void scanned(long ticket, Scanned result);
  }

  /**
   * Starts no thread before the first load.
   *
   * @param deliver called on one of the reader's threads
   */
  StorageReader(Storage storage, Consumer<List<Result>> deliver, ScanListener scans) {
    this.storage = storage;
    this.deliver = deliver;
    this.scans = scans;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("flywheel-reader-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** On the loop's thread. */
  void add(Effect.Load load) {
    collected.add(load);
    if (collected.size() == BATCH) {
      submit();
    }
  }

  /** On the loop's thread: hands over what was added. */
  void submit() {
    if (!collected.isEmpty()) {
      var batch = collected;
      collected = new ArrayList<>();
      threads.execute(() -> read(batch));
    }
  }

  /** On any thread: reads a page of what was opened, and closes it. */
  void read(Effect.Scan scan, Storage.Cursor cursor) {
    try {
      threads.execute(
          () -> {
            Scanned result;
            try (cursor) {
              result = cursor.read(scan.maxEntries(), scan.maxBytes());
            }
            scans.scanned(scan.ticket(), result);
          });
    } catch (RejectedExecutionException e) {
      cursor.close(); // the node has stopped
    }
  }

  /**
   * Ends the threads once they have finished what they were given. False where one of them hangs in
   * the disk: the storage must then stay open.
   */
  boolean closeAndWait() {
    threads.shutdown();
    try {
      return threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void read(List<Effect.Load> batch) {
    var results = new ArrayList<Result>(batch.size());
    for (Effect.Load load : batch) {
      results.add(new Result(load, storage.load(load.table(), load.storageKey())));
    }
    deliver.accept(results);
  }
}
