package io.flywheel.server.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Storage;
import io.flywheel.core.effect.StorageContract;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksStorageTest extends StorageContract {
  @TempDir private Path folder;

  @Override
  protected Storage open() throws IOException {
    return open(folder.resolve("contract"));
  }

  @Test
  void whatIsInTheMemtableNeedsNoDisk() throws IOException {
    try (var storage = open(folder.resolve("memory"))) {
      storage.write(List.of(mutation("key", "value")));
      assertEquals(
          new Loaded.Value(Bytes.utf8("value")),
          storage.loadFromMemory(Table.DATA, Bytes.utf8("key")));
      assertEquals(
          new Loaded.Absent(), storage.loadFromMemory(Table.DATA, Bytes.utf8("another key")));
    }
  }

  @Test
  void memoryDoesNotGuessAboutWhatIsOnlyOnDisk() throws Exception {
    Path data = folder.resolve("tables");
    try (var storage = open(data)) {
      var metadata = new Mutation(Table.METADATA, Bytes.utf8("key"), Bytes.utf8("value"));
      storage.write(List.of(mutation("key", "value"), metadata));
      storage.sync();
    }
    Damage.moveLogsIntoTables(data);
    try (var storage = open(data)) {
      var first = storage.loadFromMemory(Table.DATA, Bytes.utf8("key"));
      assertTrue(first == null || first instanceof Loaded.Value, String.valueOf(first));
      assertEquals(
          new Loaded.Value(Bytes.utf8("value")), storage.load(Table.DATA, Bytes.utf8("key")));
      assertNotNull(storage.loadFromMemory(Table.DATA, Bytes.utf8("key")));
    }
  }

  @Test
  void theDiskHasRoomLeft() throws IOException {
    try (var storage = open(folder.resolve("room"))) {
      assertTrue(storage.diskUse().freeBytes() > 0);
      assertEquals(0, storage.diskUse().dataBytes());
      storage.write(List.of(mutation("key", "v".repeat(10_000))));
      long bytes = storage.diskUse().dataBytes();
      assertTrue(bytes >= 10_000 && bytes < 11_000, "in no table yet: " + bytes);
    }
  }

  @Test
  void theOptionsThatGuardAgainstLossAreInForce() throws IOException {
    Path data = folder.resolve("options");
    try (var storage = open(data)) {
      storage.sync();
    }
    String options;
    try (var files = Files.list(data.resolve("db"))) {
      Path newest =
          files
              .filter(file -> file.getFileName().toString().startsWith("OPTIONS-"))
              .max(Path::compareTo)
              .orElseThrow();
      options = Files.readString(newest);
    }
    for (String expected :
        List.of(
            "track_and_verify_wals_in_manifest=true",
            "wal_recovery_mode=kTolerateCorruptedTailRecords",
            "max_bgerror_resume_count=0",
            "recycle_log_file_num=0",
            "paranoid_checks=true",
            "best_efforts_recovery=false")) {
      assertTrue(options.contains(expected), expected + " is not in " + options);
    }
  }

  private static RocksStorage open(Path data) throws IOException {
    return RocksStorage.open(
        DataDirectory.open(data),
        reason -> {
          throw new AssertionError(reason);
        });
  }

  private static Mutation mutation(String key, String value) {
    return new Mutation(Table.DATA, Bytes.utf8(key), Bytes.utf8(value));
  }
}
