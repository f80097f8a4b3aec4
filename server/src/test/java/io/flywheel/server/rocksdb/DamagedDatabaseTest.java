package io.flywheel.server.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A torn tail is what a crash leaves; anything else that is missing must not pass for absent. */
final class DamagedDatabaseTest {
  private static final int RECORDS = 100;

  @TempDir private Path folder;
  private Path data = Path.of("");

  @BeforeEach
  void fillTheDatabase() throws IOException {
    data = folder.resolve("node");
    try (var storage = open()) {
      storage.write(List.of(new Mutation(Table.METADATA, key(0), value(0))));
      for (int i = 0; i < RECORDS; i++) {
        storage.write(List.of(new Mutation(Table.DATA, key(i), value(i))));
      }
      storage.sync();
    }
  }

  @Test
  void aTornTailCostsTheTornWriteAndNothingElse() throws IOException {
    Damage.cutTail(Damage.largest(data, ".log"), 10);
    try (var storage = open()) {
      for (int i = 0; i < RECORDS - 1; i++) {
        assertEquals(new Loaded.Value(value(i)), storage.load(Table.DATA, key(i)));
      }
      assertInstanceOf(Loaded.Absent.class, storage.load(Table.DATA, key(RECORDS - 1)));
    }
  }

  @Test
  void aFlippedByteInTheMiddleOfTheLogIsNotPassedOver() throws IOException {
    Path log = Damage.largest(data, ".log");
    Damage.flipByte(log, Files.size(log) / 2);
    assertRefused();
  }

  @Test
  void theLossOfTheFirstStartsLogIsNotTakenForAFirstStart() throws IOException {
    Files.delete(Damage.largest(data, ".log"));
    assertRefused();
  }

  @Test
  void aMissingLogIsNotPassedOver() throws Exception {
    Damage.leaveTwoLogs(data);
    List<Path> logs = Damage.files(data, ".log");
    assertEquals(2, logs.size());
    Files.delete(logs.getFirst());
    assertRefused();
  }

  @Test
  void aMissingTableIsNotPassedOver() throws Exception {
    Damage.moveLogsIntoTables(data);
    for (Path table : Damage.files(data, ".sst")) {
      Files.delete(table);
    }
    assertRefused();
  }

  @Test
  void aFlippedByteInATableIsDamageAndNotAbsence() throws Exception {
    Damage.moveLogsIntoTables(data);
    Damage.flipByte(Damage.largest(data, ".sst"), 100);
    var damaged = new ArrayList<Loaded>();
    try (var storage = open()) {
      for (int i = 0; i < RECORDS; i++) {
        Loaded loaded = storage.load(Table.DATA, key(i));
        if (!loaded.equals(new Loaded.Value(value(i)))) {
          damaged.add(loaded);
          assertInstanceOf(
              Loaded.Damaged.class,
              storage.loadFromMemory(Table.DATA, key(i)) == null
                  ? loaded
                  : storage.loadFromMemory(Table.DATA, key(i)));
        }
      }
    }
    assertFalse(damaged.isEmpty());
    damaged.forEach(loaded -> assertInstanceOf(Loaded.Damaged.class, loaded));
  }

  @Test
  void aDatabaseThatIsGoneIsNotMadeAnew() throws IOException {
    try (var files = Files.walk(data.resolve("db"))) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
    assertRefused();
  }

  @Test
  void aLostManifestIsNotMadeAnew() throws IOException {
    Files.delete(data.resolve("db").resolve("CURRENT"));
    assertRefused();
  }

  private void assertRefused() {
    var refusal = assertThrows(UnusableDirectoryException.class, () -> open().close());
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains("does not open"), message);
    assertTrue(message.contains("aside"), message);
  }

  private RocksStorage open() throws IOException {
    return RocksStorage.open(DataDirectory.open(data), _ -> {});
  }

  private static Bytes key(int i) {
    return Bytes.utf8("key" + i);
  }

  private static Bytes value(int i) {
    return Bytes.utf8("value " + i + " " + "x".repeat(1_000));
  }
}
