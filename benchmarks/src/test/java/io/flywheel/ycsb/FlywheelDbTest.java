package io.flywheel.ycsb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flywheel.client.Codec;
import io.flywheel.client.FlywheelClient;
import io.flywheel.junit.FlywheelExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import site.ycsb.ByteIterator;
import site.ycsb.DBException;
import site.ycsb.Status;
import site.ycsb.StringByteIterator;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class FlywheelDbTest {
  private static final String TABLE = "usertable";

  @RegisterExtension static final FlywheelExtension FLYWHEEL = FlywheelExtension.ofNodes(3);

  /** What YCSB does with a binding, in one thread; the properties come in pairs. */
  private interface Work {
    void with(FlywheelDb db) throws Exception;
  }

  private static void run(Work work, String... properties) throws Exception {
    var db = new FlywheelDb();
    var all = new Properties();
    all.setProperty("flywheel.hosts", String.join(", ", FLYWHEEL.addresses()));
    for (int i = 0; i < properties.length; i += 2) {
      all.setProperty(properties[i], properties[i + 1]);
    }
    db.setProperties(all);
    db.init();
    try {
      work.with(db);
    } finally {
      db.cleanup();
    }
  }

  private static Map<String, ByteIterator> fields(String... namesAndContents) {
    var fields = new HashMap<String, ByteIterator>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      fields.put(namesAndContents[i], new StringByteIterator(namesAndContents[i + 1]));
    }
    return fields;
  }

  private static Map<String, String> read(FlywheelDb db, String key, String... wanted) {
    var result = new HashMap<String, ByteIterator>();
    Set<String> fields = wanted.length == 0 ? null : Set.of(wanted);
    assertEquals(Status.OK, db.read(TABLE, key, fields, result));
    return StringByteIterator.getStringMap(result);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lww", "default"})
  @SuppressWarnings("JdkObsolete") // YCSB scans into a Vector.
  void aRecordFromInsertToDelete(String namespace) throws Exception {
    run(
        db -> {
          var none = new HashMap<String, ByteIterator>();
          assertEquals(Status.NOT_FOUND, db.read(TABLE, "user1", null, none));
          assertEquals(Status.NOT_FOUND, db.update(TABLE, "user1", fields("a", "1")));

          assertEquals(Status.OK, db.insert(TABLE, "user1", fields("a", "1", "b", "2", "c", "3")));
          assertEquals(Map.of("a", "1", "b", "2", "c", "3"), read(db, "user1"));
          assertEquals(Map.of("b", "2"), read(db, "user1", "b"));

          assertEquals(Status.OK, db.update(TABLE, "user1", fields("b", "two")));
          assertEquals(Map.of("a", "1", "b", "two", "c", "3"), read(db, "user1"));

          assertEquals(Status.OK, db.delete(TABLE, "user1"));
          assertEquals(Status.NOT_FOUND, db.read(TABLE, "user1", null, none));
          assertEquals(Status.NOT_IMPLEMENTED, db.scan(TABLE, "user1", 10, null, new Vector<>()));
        },
        "flywheel.namespace",
        namespace);
  }

  @Test
  void anUpdateOfAllFieldsNeedsNoRecord() throws Exception {
    run(
        db -> {
          assertEquals(Status.OK, db.update(TABLE, "whole", fields("a", "1", "b", "2")));
          assertEquals(Map.of("a", "1", "b", "2"), read(db, "whole"));
        },
        "fieldcount",
        "2");
  }

  @Test
  void whoAsksForReplacementGetsIt() throws Exception {
    run(
        db -> {
          db.insert(TABLE, "replaced", fields("a", "1", "b", "2"));
          assertEquals(Status.OK, db.update(TABLE, "replaced", fields("b", "3")));
          assertEquals(Map.of("b", "3"), read(db, "replaced"));
        },
        "flywheel.update",
        "replace");
  }

  /** Each thread has a field of its own, and all change the same record at once. */
  @Test
  void updatesOfOneProcessDoNotLoseEachOther() throws Exception {
    int threads = 8;
    run(db -> assertEquals(Status.OK, db.insert(TABLE, "shared", fields("all", "0"))));
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var updates =
          IntStream.range(0, threads)
              .<Future<?>>mapToObj(
                  thread ->
                      pool.submit(
                          () -> {
                            run(
                                db -> {
                                  for (int i = 1; i <= 20; i++) {
                                    var field = fields("field" + thread, "" + i);
                                    assertEquals(Status.OK, db.update(TABLE, "shared", field));
                                  }
                                });
                            return null;
                          }))
              .toList();
      for (Future<?> update : updates) {
        update.get();
      }
    }
    run(
        db -> {
          Map<String, String> shared = read(db, "shared");
          for (int thread = 0; thread < threads; thread++) {
            assertEquals("20", shared.get("field" + thread));
          }
        });
  }

  @Test
  void failuresAreStatuses(FlywheelClient client) throws Exception {
    run(
        db -> assertEquals(Status.BAD_REQUEST, db.insert(TABLE, "a", fields("a", "1"))),
        "flywheel.namespace",
        "none");
    run(
        db -> assertEquals(Status.BAD_REQUEST, db.insert(TABLE, "a", fields("a", "1"))),
        "flywheel.w",
        "4");
    client.namespace("lww").with(Codec.utf8()).put("foreign", "not of YCSB");
    run(
        db -> {
          var result = new HashMap<String, ByteIterator>();
          assertEquals(Status.UNEXPECTED_STATE, db.read(TABLE, "foreign", null, result));
          assertEquals(Status.UNEXPECTED_STATE, db.update(TABLE, "foreign", fields("a", "1")));
        });
    run(
        db -> {
          var result = new HashMap<String, ByteIterator>();
          assertEquals(Status.SERVICE_UNAVAILABLE, db.read(TABLE, "a", null, result));
        },
        "flywheel.hosts",
        "127.0.0.1:1",
        "flywheel.timeout",
        "200");
  }

  @ParameterizedTest
  @CsvSource({
    "flywheel.hosts, nowhere",
    "flywheel.w, many",
    "flywheel.r, -1",
    "flywheel.timeout, 0",
    "flywheel.update, sometimes"
  })
  void nonsenseIsRefusedAtTheStart(String property, String value) {
    assertThrows(DBException.class, () -> run(db -> {}, property, value));
  }

  /** YCSB's own client, which ends its process. It knows what each field has to hold. */
  @Test
  void ycsbItselfFindsWhatItWrote(@TempDir Path folder) throws Exception {
    assertEquals(200, count(ycsb(folder, "-load"), "[INSERT], Return=OK, "));
    String said = ycsb(folder, "-t");
    int reads = count(said, "[READ], Return=OK, ");
    assertEquals(1_000, reads + count(said, "[UPDATE], Return=OK, "), said);
    assertEquals(reads, count(said, "[VERIFY], Return=OK, "), said);
  }

  private static int count(String said, String label) {
    return said.lines()
        .filter(line -> line.startsWith(label))
        .mapToInt(line -> Integer.parseInt(line.substring(label.length())))
        .sum();
  }

  private static String ycsb(Path folder, String phase) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "site.ycsb.Client"));
    command.addAll(List.of(phase, "-db", FlywheelDb.class.getName(), "-threads", "4"));
    for (String property :
        List.of(
            "workload=site.ycsb.workloads.CoreWorkload",
            "recordcount=200",
            "operationcount=1000",
            "readproportion=0.5",
            "updateproportion=0.5",
            "requestdistribution=zipfian",
            "dataintegrity=true",
            "flywheel.hosts=" + String.join(",", FLYWHEEL.addresses()))) {
      command.addAll(List.of("-p", property));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> "see " + folder);
    return Files.readString(output);
  }
}
