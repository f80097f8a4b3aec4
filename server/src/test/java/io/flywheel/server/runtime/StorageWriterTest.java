package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class StorageWriterTest {
  private static final long FOR_EVER_MILLIS = 3_600_000;

  private final RecordingStorage storage = new RecordingStorage();
  private final BlockingQueue<Long> stored = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> scans = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  @Test
  void aResultComesAfterTheSyncAndWhatArrivedMeanwhileIsOneBatch() throws Exception {
    var writer = writer(false);
    write(writer, store(1, "a", false));
    assertEquals("write[a]", next(storage.calls));
    write(writer, store(2, "b", false));
    write(writer, store(3, "c", false), store(4, "d", false));
    assertTrue(stored.isEmpty());
    storage.syncsAllowed.release(1);
    assertEquals(1L, next(stored));
    assertEquals("sync", next(storage.calls));
    assertEquals("write[b, c, d]", next(storage.calls));
    storage.syncsAllowed.release(1);
    assertEquals(4L, next(stored));
    assertTrue(writer.closeAndWait());
    assertTrue(ends.isEmpty());
  }

  @Test
  void inPeriodicModeAResultComesBeforeTheSyncWhichFollowsByItself() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "a", false));
    assertEquals(1L, next(stored));
    assertEquals("write[a]", next(storage.calls));
    storage.syncsAllowed.release(1);
    assertEquals("sync", next(storage.calls));
    assertTrue(writer.closeAndWait());
    assertTrue(storage.calls.isEmpty());
  }

  @Test
  void inPeriodicModeTheLoopWritesItselfWhatNothingHasToWaitFor() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "a", false), store(2, "b", false));
    assertEquals(List.of("write[a, b]"), List.copyOf(storage.calls));
    assertEquals(List.of(2L), List.copyOf(stored));
    storage.syncsAllowed.release(1);
    assertTrue(writer.closeAndWait());
  }

  @Test
  void inPeriodicModeNothingOvertakesWhatIsBeingSynced() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "lease", true));
    assertEquals("write[lease]", next(storage.calls));
    write(writer, store(2, "b", false));
    assertTrue(stored.isEmpty());
    assertTrue(storage.calls.isEmpty());
    storage.syncsAllowed.release(2);
    assertEquals(1L, next(stored));
    assertEquals(2L, next(stored));
    assertTrue(writer.closeAndWait());
  }

  @Test
  void whatTheLoopWritesWhileASyncRunsIsSyncedByTheNextOne() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "a", false));
    assertEquals("write[a]", next(storage.calls));
    storage.awaitSync();
    write(writer, store(2, "b", false));
    storage.syncsAllowed.release(1);
    assertEquals("write[b]", next(storage.calls));
    assertEquals("sync", next(storage.calls));
    assertTrue(storage.calls.isEmpty());
    storage.syncsAllowed.release(1);
    assertEquals("sync", next(storage.calls));
    assertTrue(writer.closeAndWait());
  }

  @Test
  void whereTheDatabaseAsksForPatienceTheLoopDoesNotWait() throws Exception {
    storage.asksForPatience = true;
    var writer = writer(true);
    write(writer, store(1, "a", false));
    assertEquals(1L, next(stored));
    assertEquals("write[a]", next(storage.calls));
    storage.syncsAllowed.release(1);
    assertTrue(writer.closeAndWait());
  }

  @Test
  void afterAFailedWriteOfTheLoopNothingIsEverCalledStored() throws Exception {
    storage.failsToWrite = true;
    var writer = writer(true);
    write(writer, store(1, "a", false));
    assertTrue(next(ends).contains("no space left on device"));
    storage.failsToWrite = false;
    write(writer, store(2, "b", true));
    storage.syncsAllowed.release(10);
    assertTrue(writer.closeAndWait());
    assertTrue(stored.isEmpty());
    assertTrue(storage.calls.isEmpty());
  }

  @Test
  void evenInPeriodicModeWhatMustBeDurableIsSyncedFirst() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "lease", true));
    assertEquals("write[lease]", next(storage.calls));
    assertTrue(stored.isEmpty());
    storage.syncsAllowed.release(1);
    assertEquals(1L, next(stored));
    assertTrue(writer.closeAndWait());
  }

  @Test
  void afterAFailedWriteNothingIsEverCalledStored() throws Exception {
    storage.failsToWrite = true;
    var writer = writer(false);
    write(writer, store(1, "a", false));
    assertTrue(next(ends).contains("no space left on device"));
    storage.failsToWrite = false;
    storage.syncsAllowed.release(10);
    write(writer, store(2, "b", false));
    assertTrue(writer.closeAndWait());
    assertTrue(stored.isEmpty());
    assertTrue(storage.calls.isEmpty());
  }

  @Test
  void afterAFailedSyncNothingIsEverCalledStored() throws Exception {
    storage.failsToSync = true;
    storage.syncsAllowed.release(10);
    var writer = writer(false);
    write(writer, store(1, "a", false));
    assertTrue(next(ends).contains("input/output error"));
    storage.failsToSync = false;
    write(writer, store(2, "b", false));
    assertTrue(writer.closeAndWait());
    assertTrue(stored.isEmpty());
    assertEquals("write[a]", next(storage.calls));
    assertTrue(storage.calls.isEmpty());
  }

  @Test
  void aFailedSyncOfThePeriodEndsTheProcessToo() throws Exception {
    storage.failsToSync = true;
    storage.syncsAllowed.release(10);
    var writer = writer(true);
    write(writer, store(1, "a", false));
    assertEquals(1L, next(stored));
    assertTrue(next(ends).contains("input/output error"));
    assertTrue(writer.closeAndWait());
  }

  @Test
  void closingMakesDurableWhatWasHandedOver() throws Exception {
    var writer = writer(true);
    write(writer, store(1, "a", false));
    storage.syncsAllowed.release(1);
    assertTrue(writer.closeAndWait());
    assertEquals(List.of("write[a]", "sync"), List.copyOf(storage.calls));
  }

  @Test
  void aScanIsOpenedInItsPlaceBetweenTheStores() throws Exception {
    var writer = writer(false);
    storage.syncsAllowed.release(1);
    writer.add(store(1, "a", false));
    writer.add(store(2, "b", false));
    writer.add(scan(1, "from"));
    writer.add(scan(2, "next"));
    writer.add(store(3, "c", false));
    writer.submit();
    assertEquals(3L, next(stored));
    assertTrue(writer.closeAndWait());
    assertEquals(
        List.of("write[a, b]", "cursor[from]", "cursor[next]", "write[c]", "sync"),
        List.copyOf(storage.calls));
    assertEquals(List.of(1L, 2L), List.copyOf(scans));
  }

  @Test
  void scansAloneSyncNothingAndStoreNothing() throws Exception {
    var writer = writer(false);
    writer.add(scan(1, "from"));
    writer.submit();
    assertEquals(1L, next(scans));
    assertTrue(writer.closeAndWait());
    assertEquals(List.of("cursor[from]"), List.copyOf(storage.calls));
    assertTrue(stored.isEmpty());
    assertTrue(ends.isEmpty());
  }

  @Test
  void afterAFailedWriteNoScanIsOpened() throws Exception {
    storage.failsToWrite = true;
    var writer = writer(false);
    writer.add(store(1, "a", false));
    writer.add(scan(1, "from"));
    writer.submit();
    assertTrue(next(ends).contains("no space left on device"));
    assertTrue(writer.closeAndWait());
    assertTrue(scans.isEmpty());
    assertTrue(storage.calls.isEmpty());
  }

  @Test
  void whatIsNotUrgentIsMadeDurableByTheNextSync() throws Exception {
    var writer = writer(false, FOR_EVER_MILLIS);
    write(writer, patient(1, "a"));
    assertEquals("write[a]", next(storage.calls));
    write(writer, patient(2, "b"));
    assertEquals("write[b]", next(storage.calls));
    assertTrue(stored.isEmpty());
    write(writer, store(3, "c", false));
    assertEquals("write[c]", next(storage.calls));
    assertTrue(stored.isEmpty());
    storage.syncsAllowed.release(1);
    assertEquals(3L, next(stored));
    assertTrue(writer.closeAndWait());
    assertTrue(stored.isEmpty());
    assertEquals(List.of("sync"), List.copyOf(storage.calls));
  }

  @Test
  void whatIsNotUrgentIsSyncedAfterAWhileAlone() throws Exception {
    var writer = writer(false, StorageWriter.PATIENCE_MILLIS);
    write(writer, patient(1, "a"));
    assertEquals("write[a]", next(storage.calls));
    storage.awaitSync();
    assertTrue(stored.isEmpty());
    storage.syncsAllowed.release(1);
    assertEquals(1L, next(stored));
    assertTrue(writer.closeAndWait());
  }

  @Test
  void closingMakesDurableWhatIsNotUrgent() throws Exception {
    var writer = writer(false, FOR_EVER_MILLIS);
    write(writer, patient(1, "a"));
    storage.syncsAllowed.release(1);
    assertTrue(writer.closeAndWait());
    assertEquals(List.of("write[a]", "sync"), List.copyOf(storage.calls));
    assertEquals(List.of(1L), List.copyOf(stored));
  }

  @Test
  void aFailedSyncOfWhatIsNotUrgentEndsTheProcess() throws Exception {
    storage.failsToSync = true;
    storage.syncsAllowed.release(10);
    var writer = writer(false, StorageWriter.PATIENCE_MILLIS);
    write(writer, patient(1, "a"));
    assertTrue(next(ends).contains("input/output error"));
    assertTrue(writer.closeAndWait());
    assertTrue(stored.isEmpty());
  }

  private static Effect.Scan scan(long ticket, String from) {
    return new Effect.Scan(ticket, Table.DATA, Bytes.utf8(from), null, 10, 1_000);
  }

  private StorageWriter writer(boolean periodic) {
    return writer(periodic, StorageWriter.PATIENCE_MILLIS);
  }

  private StorageWriter writer(boolean periodic, long patienceMillis) {
    return new StorageWriter(
        storage,
        periodic,
        patienceMillis,
        stored::add,
        (scan, cursor) -> scans.add(scan.ticket()),
        new ProcessEnd() {
          @Override
          public void abruptly(String reason, Throwable cause) {
            ends.add(reason + ": " + cause.getMessage());
          }

          @Override
          public void orderly(String reason) {
            ends.add(reason);
          }
        });
  }

  private static void write(StorageWriter writer, Effect.Store... stores) {
    for (Effect.Store store : stores) {
      writer.add(store);
    }
    writer.submit();
  }

  private static Effect.Store store(long ticket, String key, boolean evenInPeriodicMode) {
    var mutation = new Mutation(Table.DATA, Bytes.utf8(key), Bytes.utf8("value"));
    return new Effect.Store(ticket, List.of(mutation), evenInPeriodicMode, true);
  }

  private static Effect.Store patient(long ticket, String key) {
    return new Effect.Store(ticket, store(ticket, key, false).mutations(), false, false);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Objects.requireNonNull(queue.poll(10, TimeUnit.SECONDS), "nothing came");
  }
}
