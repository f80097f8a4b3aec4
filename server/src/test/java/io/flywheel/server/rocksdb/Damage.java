package io.flywheel.server.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flywheel.core.effect.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What happens to the files of a database that is not open. */
final class Damage {
  private Damage() {}

  static List<Path> files(Path data, String suffix) throws IOException {
    try (var files = Files.list(data.resolve("db"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Of the files of one kind the one that holds most. */
  static Path largest(Path data, String suffix) throws IOException {
    Path largest = null;
    for (Path file : files(data, suffix)) {
      if (largest == null || Files.size(file) > Files.size(largest)) {
        largest = file;
      }
    }
    if (largest == null) {
      throw new IOException("no " + suffix + " in " + data);
    }
    return largest;
  }

  static void cutTail(Path file, long bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    }
  }

  static void flipByte(Path file, long offset) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[(int) offset] ^= 0x40;
    Files.write(file, content);
  }

  static void moveLogsIntoTables(Path data) throws RocksDBException {
    try (var options = new DBOptions()) {
      change(
          data,
          options,
          (database, families) -> {
            try (var flush = new FlushOptions().setWaitForFlush(true)) {
              database.flush(flush, families);
            }
          });
    }
  }

  /** One log is closed and still needed for the metadata, the other is in use. */
  static void leaveTwoLogs(Path data) throws RocksDBException {
    var properties = new Properties();
    properties.setProperty("track_and_verify_wals_in_manifest", "true");
    try (var options = Objects.requireNonNull(DBOptions.getDBOptionsFromProps(properties))) {
      change(
          data,
          options,
          (database, families) -> {
            var metadata = families.getLast();
            var records = families.get(1);
            database.put(metadata, key("metadata"), key("value"));
            database.put(records, key("record"), key("value"));
            database.syncWal();
            try (var flush = new FlushOptions().setWaitForFlush(true)) {
              database.flush(flush, records);
            }
            database.put(records, key("record"), key("another value"));
            database.syncWal();
          });
    }
  }

  private interface Change {
    void in(RocksDB database, List<ColumnFamilyHandle> families) throws RocksDBException;
  }

  private static void change(Path data, DBOptions options, Change change) throws RocksDBException {
    var families = new ArrayList<ColumnFamilyDescriptor>();
    families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY));
    for (Table table : Table.values()) {
      families.add(new ColumnFamilyDescriptor(key(table.name().toLowerCase(Locale.ROOT))));
    }
    var handles = new ArrayList<ColumnFamilyHandle>();
    try (var database = RocksDB.open(options, data.resolve("db").toString(), families, handles)) {
      change.in(database, handles);
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  private static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }
}
