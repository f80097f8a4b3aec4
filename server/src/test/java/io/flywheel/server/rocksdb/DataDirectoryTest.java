package io.flywheel.server.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
  @TempDir private Path folder;

  @Test
  void aSecondNodeOnTheSameDirectoryIsToldWhoHasIt() throws IOException {
    try (var first = DataDirectory.open(folder)) {
      assertRefused(folder, "is in use by another node");
      assertRefused(folder, String.valueOf(ProcessHandle.current().pid()));
      assertFalse(first.isFormed());
    }
    DataDirectory.open(folder).close();
  }

  @Test
  void aNewerFormatIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("format"), "3\n");
    assertRefused(folder, "format 3 by a newer version");
    assertEquals("3\n", Files.readString(folder.resolve("format")));
  }

  @Test
  void anOlderFormatIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("format"), "1\n");
    assertRefused(folder, "format 1 by an older version of Flywheel; this one reads format 2");
    assertEquals("1\n", Files.readString(folder.resolve("format")));
  }

  @Test
  void aFormatThatIsNoNumberIsRefused() throws IOException {
    Files.writeString(folder.resolve("format"), "one");
    assertRefused(folder, "does not hold a format number");
  }

  @Test
  void aDatabaseWithoutAFormatIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("db"));
    Files.writeString(folder.resolve("db").resolve("000012.sst"), "");
    assertRefused(folder, "no file 'format'");
  }

  @Test
  void aDirectoryThatIsAFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertRefused(file, "cannot make the data directory");
    assertRefused(file.resolve("below"), "cannot make the data directory");
  }

  @Test
  void whatBelongsToOthersIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("flywheel.yaml"), "cluster: carts\n");
    try (var storage = RocksStorage.open(DataDirectory.open(folder), _ -> {})) {
      storage.write(
          List.of(new Mutation(Table.METADATA, Bytes.utf8("identity"), Bytes.utf8("node"))));
      storage.sync();
    }
    assertEquals("cluster: carts\n", Files.readString(folder.resolve("flywheel.yaml")));
    assertEquals("2\n", Files.readString(folder.resolve("format")));
    assertTrue(Files.isDirectory(folder.resolve("db")));
  }

  private static void assertRefused(Path directory, String reason) {
    var refusal =
        assertThrows(UnusableDirectoryException.class, () -> DataDirectory.open(directory).close());
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(reason), message);
  }
}
