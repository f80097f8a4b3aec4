package io.flywheel.server.runtime;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * Makes stores durable on a thread of its own, in their order. It takes everything that waits as
 * one batch, writes it, syncs once, and says so; the next batch collects meanwhile. That is group
 * commit without a timer: the slower the disk, the larger the batches. Stores that are not urgent
 * are written as they come, and made durable by the sync of the next that is, or after {@value
 * #PATIENCE_MILLIS} ms.
 *
 * <p>In periodic mode a store counts once it is written, and a sync follows within {@value
 * #PERIOD_MILLIS} ms; a crash loses no more than that window. Writing waits for nothing, so the
 * loop does it itself: two changes of threads would cost more. What has to wait still goes to the
 * thread, and everything behind it: a store that must be durable even then, and any while the
 * database asks for patience.
 *
 * <p>After any failure nothing is known about the disk any more, and the process ends.
 */
final class StorageWriter {
  static final long PERIOD_MILLIS = 100;

  /** For how long a store that is not urgent waits for another one's sync. */
  static final long PATIENCE_MILLIS = 20;

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);
  private static final long NONE = -1;
  private static final int MOST_BYTES_AT_ONCE = 8 << 20;

  private final Storage storage;
  private final boolean periodic;
  private final long patienceMillis;
  private final LongConsumer stored;
  private final ScanReader scans;
  private final ProcessEnd end;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Of this turn, not handed over yet; the loop's own. */
  private final List<Effect> collected = new ArrayList<>();

  /** The last that was written and nobody told of, as no sync has followed; the thread's own. */
  private long untold = NONE;

  private List<Effect> waiting = new ArrayList<>(); // under the lock
  private boolean closing; // under the lock
  private boolean failed; // under the lock
  private boolean writing; // under the lock: whether the thread has taken what it has not written
  private boolean unsynced; // under the lock
  private long syncDueNanos; // under the lock

  /**
   * Starts the thread.
   *
   * @param patienceMillis for how long what is not urgent waits for another one's sync
   * @param stored called with the newest ticket that is done, on the writer's thread or the loop's
   * @param scans reads, elsewhere, what was opened here
   */
  StorageWriter(
      Storage storage,
      boolean periodic,
      long patienceMillis,
      LongConsumer stored,
      ScanReader scans,
      ProcessEnd end) {
    this.scans = scans;
    this.storage = storage;
    this.periodic = periodic;
    this.patienceMillis = patienceMillis;
    this.stored = stored;
    this.end = end;
    thread = Thread.ofPlatform().name("flywheel-storage").daemon().start(this::run);
  }

  /** Takes what was opened between two stores, to read it. */
  @FunctionalInterface
  interface ScanReader {
    void read(Effect.Scan scan, Storage.Cursor cursor);
  }

  /** On the loop's thread. */
  void add(Effect.Store store) {
    collected.add(store);
  }

  /** On the loop's thread. The scan is opened in its place between the stores. */
  void add(Effect.Scan scan) {
    collected.add(scan);
  }

  /** On the loop's thread: hands over what was added. */
  void submit() {
    if (collected.isEmpty() || (periodic && writtenHere())) {
      return;
    }
    lock.lock();
    try {
      waiting.addAll(collected);
      changed.signal();
    } finally {
      lock.unlock();
    }
    collected.clear();
  }

  /** On the loop's thread: whether anything was added since. */
  boolean holdsMore() {
    return !collected.isEmpty();
  }

  /** Whether the loop has written it itself, as nothing before it and nothing of it has to wait. */
  private boolean writtenHere() {
    if (!isThreadIdle()) {
      return false;
    }
    // Only the loop hands anything over, so the thread stays idle until this has returned.
    var mutations = new ArrayList<Mutation>(collected.size() + 8);
    long bytes = 0;
    long lastTicket = NONE;
    for (Effect effect : collected) {
      if (!(effect instanceof Effect.Store store) || store.evenInPeriodicMode()) {
        return false;
      }
      lastTicket = store.ticket();
      for (Mutation mutation : store.mutations()) {
        mutations.add(mutation);
        bytes += mutation.bytes();
      }
    }
    try {
      if (bytes > MOST_BYTES_AT_ONCE || !storage.writeAtOnce(mutations)) {
        return false;
      }
    } catch (IOException e) {
      fail(e);
      return true;
    }
    collected.clear();
    wrote(PERIOD_MILLIS);
    stored.accept(lastTicket);
    return true;
  }

  private boolean isThreadIdle() {
    lock.lock();
    try {
      return waiting.isEmpty() && !writing && !closing && !failed;
    } finally {
      lock.unlock();
    }
  }

  /** Something was written that a sync has to follow, after so many milliseconds at most. */
  private void wrote(long millis) {
    lock.lock();
    try {
      if (!unsynced) {
        unsynced = true;
        syncDueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is written and nothing called stored any more. */
  private void fail(Throwable cause) {
    lock.lock();
    try {
      failed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    end.abruptly("the disk failed, and what it holds is no longer known", cause);
  }

  /**
   * Writes and syncs everything that was handed over, then ends the thread. False where it hangs in
   * the disk: the storage must then stay open.
   */
  boolean closeAndWait() {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      return thread.join(LONGEST_CLOSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run() {
    try {
      while (true) {
        List<Effect> batch = take();
        if (hasFailed()) {
          return;
        }
        if (!batch.isEmpty()) {
          write(batch);
        }
        if (isSyncDue(batch.isEmpty())) {
          sync();
          tell();
        }
        if (batch.isEmpty() && isClosing()) {
          return;
        }
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  /** Everything that waits; nothing when a sync is due or the writer is closing. */
  private List<Effect> take() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing && !failed) {
        if (!unsynced) {
          changed.await();
          continue;
        }
        long nanos = syncDueNanos - System.nanoTime();
        if (nanos <= 0) {
          break;
        }
        long _ = changed.awaitNanos(nanos);
      }
      var taken = waiting;
      waiting = new ArrayList<>();
      writing = !taken.isEmpty();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasFailed() {
    lock.lock();
    try {
      return failed;
    } finally {
      lock.unlock();
    }
  }

  private boolean isSyncDue(boolean nothingWaits) {
    lock.lock();
    try {
      return unsynced && (nothingWaits || syncDueNanos - System.nanoTime() <= 0);
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Effect> batch) throws IOException {
    boolean mustSync = false;
    long lastTicket = NONE;
    var mutations = new ArrayList<Mutation>(batch.size() + 8);
    long bytes = 0;
    for (Effect effect : batch) {
      if (effect instanceof Effect.Store store) {
        mustSync |= periodic ? store.evenInPeriodicMode() : store.urgent();
        lastTicket = store.ticket();
        for (Mutation mutation : store.mutations()) {
          mutations.add(mutation);
          bytes += mutation.bytes();
        }
      }
      if (bytes > MOST_BYTES_AT_ONCE || effect instanceof Effect.Scan) {
        writeAll(mutations);
        bytes = 0;
      }
      if (effect instanceof Effect.Scan scan) {
        scans.read(scan, storage.cursor(scan.table(), scan.from(), scan.to()));
      }
    }
    writeAll(mutations);
    if (lastTicket != NONE) {
      untold = lastTicket;
      if (mustSync) {
        sync();
      } else {
        wrote(periodic ? PERIOD_MILLIS : patienceMillis);
      }
      if (mustSync || periodic) {
        tell();
      }
    }
    lock.lock();
    try {
      writing = false;
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    if (untold != NONE) {
      stored.accept(untold);
      untold = NONE;
    }
  }

  private void writeAll(List<Mutation> mutations) throws IOException {
    if (!mutations.isEmpty()) {
      storage.write(mutations);
      mutations.clear();
    }
  }

  /** What the loop writes meanwhile is for the next one. */
  private void sync() throws IOException {
    lock.lock();
    try {
      unsynced = false;
    } finally {
      lock.unlock();
    }
    storage.sync();
  }
}
