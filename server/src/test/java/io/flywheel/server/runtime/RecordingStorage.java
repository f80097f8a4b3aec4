package io.flywheel.server.runtime;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A disk that notes what it is asked, waits to be let on with each sync, and may be broken. */
final class RecordingStorage implements Storage {
  final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  final Semaphore syncsAllowed = new Semaphore(0);
  volatile boolean failsToWrite;
  volatile boolean failsToSync;
  volatile boolean asksForPatience;
  private final Semaphore syncsBegun = new Semaphore(0);

  /** Until a sync has begun. */
  void awaitSync() {
    syncsBegun.acquireUninterruptibly();
  }

  @Override
  public Loaded load(Table table, Bytes storageKey) {
    return new Loaded.Absent();
  }

  @Override
  public void write(List<Mutation> mutations) throws IOException {
    if (failsToWrite) {
      throw new IOException("no space left on device");
    }
    calls.add(
        "write" + mutations.stream().map(mutation -> mutation.storageKey().toUtf8()).toList());
  }

  @Override
  public boolean writeAtOnce(List<Mutation> mutations) throws IOException {
    if (asksForPatience) {
      return false;
    }
    write(mutations);
    return true;
  }

  @Override
  public void sync() throws IOException {
    syncsBegun.release();
    syncsAllowed.acquireUninterruptibly();
    if (failsToSync) {
      throw new IOException("input/output error");
    }
    calls.add("sync");
  }

  @Override
  public Cursor cursor(Table table, Bytes from, @Nullable Bytes to) {
    calls.add("cursor[" + from.toUtf8() + "]");
    return new Cursor() {
      @Override
      public Scanned read(int maxEntries, int maxBytes) {
        return new Scanned.Page(List.of(), null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Map<Bytes, Bytes> metadata() {
    return Collections.emptyMap();
  }

  @Override
  public void close() {
    calls.add("close");
  }
}
