package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.NodeFiles;
import io.flywheel.cli.local.Ports;
import io.flywheel.client.FlywheelClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes come, go, die and are replaced while somebody writes; nothing that was is lost.
 */
final class ChangingRingEndToEndTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int VALUE_BYTES = 4_000;

  private final int base = Ports.freeBase(6);
  private final Map<String, String> written = new TreeMap<>();
  private int writes;

  @TempDir private Path folder;

  /** Nodes that were added run apart from this process: none may be left. */
  @AfterEach
  void endAll() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Path pid = file.resolve("node.pid");
        if (Files.exists(pid)) {
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
              .filter(process -> process.info().command().orElse("").endsWith("java"))
              .ifPresent(ProcessHandle::destroyForcibly);
        }
      }
    }
  }

  /** Three nodes that have fewer partitions than usual: there are few processors for so many. */
  private Launched up() throws Exception {
    try (var directory = ClusterDirectory.open(folder)) {
      directory.create(new ClusterShape(3, base, 3, 0));
      for (NodeFiles node : directory.nodes()) {
        Files.writeString(node.configuration(), "partitions: 512\n", StandardOpenOption.APPEND);
      }
    }
    Launched up = Launched.flywheel("up", "--data", folder);
    try {
      up.awaitOut("ready");
    } catch (AssertionError e) {
      String log = Files.readString(folder.resolve("node-1/log"));
      throw new AssertionError(e.getMessage() + "; node-1 says: " + log, e);
    }
    return up;
  }

  private String address(int node) {
    return "127.0.0.1:" + (base + node);
  }

  private Ran on(int node, String... words) {
    return Ran.flywheel(
        Stream.concat(Arrays.stream(words), Stream.of("--node", address(node)))
            .toArray(String[]::new));
  }

  private Ran add(Map<String, String> environment) {
    return Ran.run(environment, "", false, "add", "--data", folder.toString());
  }

  private ProcessHandle process(int node) throws IOException {
    String pid = Files.readString(folder.resolve("node-" + node + "/node.pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private Json page(int node, String path) throws IOException {
    return new NodeClient(NodeAddress.parse(address(node))).send(Request.of("GET", path)).json();
  }

  private List<String> members(int node) throws IOException {
    return Figures.byName(page(node, "/admin/ring").get("members").items()).stream()
        .map(Members::name)
        .toList();
  }

  /** Writes a key at each of these nodes; what is not accepted is no matter here. */
  private void write(int... nodes) {
    for (int node : nodes) {
      String key = "key-" + writes++;
      String value = key + "x".repeat(VALUE_BYTES);
      byte[] json = "{\"value\":\"%s\"}".formatted(value).getBytes(StandardCharsets.UTF_8);
      try {
        var client = new NodeClient(NodeAddress.parse(address(node)));
        Answer answer = client.send(Request.of("PUT", "/kv/" + key).json(json));
        if (answer.status() == 200) {
          written.put(key, value);
        }
      } catch (IOException e) {
        // It may be written or not, and is not asked for.
      }
    }
  }

  private void assertNothingIsLost(int node) throws IOException {
    List<String> lost = new ArrayList<>();
    var client = new NodeClient(NodeAddress.parse(address(node)));
    for (Map.Entry<String, String> entry : written.entrySet()) {
      Answer answer = patiently(client, entry.getKey());
      if (answer.status() != 200 || !answer.json().get("value").text().equals(entry.getValue())) {
        lost.add(entry.getKey() + ": " + answer.status() + " " + answer.text().strip());
      }
    }
    assertEquals(List.of(), lost, "of " + written.size());
  }

  /** A node that is too busy says so with 503, which is no loss unless it goes on saying so. */
  private static Answer patiently(NodeClient client, String key) throws IOException {
    long since = System.nanoTime();
    while (true) {
      Answer answer = client.send(Request.of("GET", "/kv/" + key).header("R", "2"));
      if (answer.status() != 503 || System.nanoTime() - since > BUSY_NANOS) {
        return answer;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  /** Writes on in the background while a command runs. */
  private Ran meanwhile(Ran[] result, Runnable command, int... nodes) throws InterruptedException {
    var thread = Thread.ofPlatform().start(command);
    while (thread.isAlive()) {
      write(nodes);
    }
    thread.join();
    return result[0];
  }

  private static void await(String what, BooleanSupplier condition) {
    long since = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - since < PATIENCE_NANOS, "waited in vain until " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** Through a client that began with three nodes, one of which has left. */
  private void assertFollows(FlywheelClient client) {
    for (Map.Entry<String, String> entry : written.entrySet()) {
      byte[] value = client.get(entry.getKey()).value();
      assertEquals(entry.getValue(), new String(value, StandardCharsets.UTF_8));
    }
  }

  @Test
  void threeNodesBecomeFourAndThreeAgainWhileSomebodyWrites() throws Exception {
    try (Launched up = up();
        var client =
            FlywheelClient.builder()
                .addresses(address(1), address(2), address(3))
                .timeout(Duration.ofSeconds(20))
                .build()) {
      for (int i = 0; i < 50; i++) {
        write(1, 2, 3);
      }
      assertFalse(written.isEmpty());
      var ran = new Ran[1];
      Ran grown = meanwhile(ran, () -> ran[0] = add(Ran.NO_ENVIRONMENT), 1, 2, 3);
      assertEquals("", grown.err());
      assertEquals(0, grown.exit());
      assertTrue(grown.out().contains("done: joining of node-4"), grown.out());
      assertEquals(List.of("node-1", "node-2", "node-3", "node-4"), members(2));
      assertFalse(Files.exists(folder.resolve("node-4/joining")));
      assertNothingIsLost(4);

      ProcessHandle fourth = process(4);
      Ran shrunk = meanwhile(ran, () -> ran[0] = on(2, "leave", "--yes"), 1, 3, 4);
      assertEquals("", shrunk.err());
      assertEquals(0, shrunk.exit());
      assertEquals(List.of("node-1", "node-3", "node-4"), members(1));
      await("node-2 ends by itself", () -> Files.exists(folder.resolve("node-2/left")));
      assertTrue(up.awaitErr("has left").startsWith("flywheel: node-2 "));
      assertNothingIsLost(1);
      assertFollows(client);
      assertEquals(
          1, on(1, "leave", "--yes").exit(), "three copies need three members, so nobody leaves");

      assertEquals(0, up.terminate());
      await("up stops what was added", () -> !fourth.isAlive());
    }
    try (Launched up = Launched.flywheel("up", "--data", folder)) {
      up.awaitOut("ready");
      assertNothingIsLost(4);
      assertEquals(0, up.terminate());
    }
  }

  @Test
  void threeCopiesBecomeTwoAndThreeAgainWhileSomebodyWrites() throws Exception {
    try (Launched up = up()) {
      for (int i = 0; i < 50; i++) {
        write(1, 2, 3);
      }
      var ran = new Ran[1];
      Ran fewer = meanwhile(ran, () -> ran[0] = on(2, "replication", "2", "--yes"), 1, 2, 3);
      assertEquals(0, fewer.exit(), fewer.err());
      assertTrue(fewer.out().contains("done: replication {n: 2}"), fewer.out());
      assertEquals(1, on(3, "replication", "4", "--yes").exit(), "there are three nodes");
      assertNothingIsLost(3);

      Ran more = meanwhile(ran, () -> ran[0] = on(3, "replication", "{n: 3}", "-y"), 1, 2, 3);
      assertEquals(0, more.exit(), more.err());
      assertTrue(on(1, "replication").out().startsWith("copies of each key: {n: 3}; R is quorum"));
      process(1).destroyForcibly();
      assertTrue(up.awaitErr("killed by signal 9").startsWith("flywheel: node-1 "));
      assertNothingIsLost(2);
      assertEquals(0, up.terminate());
    }
  }

  @Test
  void whatDiesWhileItJoinsGoesOnAndWhatIsUndoneLeavesNoTrace() throws Exception {
    try (Launched up = up()) {
      for (int i = 0; i < 100; i++) {
        write(1, 2, 3);
      }
      var slowly = Map.of("FLYWHEEL_TRANSFERS_LIMIT", "64KiB");
      var ran = new Ran[1];
      var adding = Thread.ofPlatform().start(() -> ran[0] = add(slowly));
      await("node-4 is joining", () -> isChanging(1));
      // Refused, and nothing changed, until all members have come to the ring that is to be undone.
      await("the joining of node-4 is undone", () -> on(4, "join", "--undo").exit() == 0);
      adding.join();
      assertEquals(1, ran[0].exit());
      assertTrue(ran[0].err().contains("undone"), ran[0].err());
      assertEquals(List.of("node-1", "node-2", "node-3"), members(1));

      adding = Thread.ofPlatform().start(() -> ran[0] = add(slowly));
      await("node-5 is joining", () -> isChanging(1));
      ProcessHandle fifth = process(5);
      fifth.destroyForcibly();
      await("node-5 is dead", () -> !fifth.isAlive());
      var waiting = adding;
      await("who added it has noticed", () -> !waiting.isAlive());
      assertNotEquals(0, ran[0].exit());
      Ran again = add(Ran.NO_ENVIRONMENT);
      assertEquals(0, again.exit(), again.err() + again.out());
      assertEquals(List.of("node-1", "node-2", "node-3", "node-5"), members(3));
      assertNothingIsLost(5);
      assertEquals(0, up.terminate());
    }
  }

  @Test
  void aNewNodeTakesThePlaceOfOneWhoseDiskIsLost() throws Exception {
    try (Launched up = up()) {
      for (int i = 0; i < 50; i++) {
        write(1, 2, 3);
      }
      Path lost = folder.resolve("node-3");
      process(3).destroyForcibly();
      assertTrue(up.awaitErr("killed by signal 9").startsWith("flywheel: node-3 "));
      Path kept = Files.move(lost, folder.resolve("old"));
      write(1, 2);

      int number = 6;
      Path place = Files.createDirectories(folder.resolve("node-" + number));
      Files.writeString(
          place.resolve("flywheel.yaml"),
          Files.readString(kept.resolve("flywheel.yaml"))
              .replace(lost.toString(), place.toString())
              .replace("127.0.0.1:" + (base + 3) + "\"", address(number) + "\"")
              .replace("peer: \"127.0.0.1:" + (base + 103), "peer: \"127.0.0.1:" + (base + 106))
              .replaceAll("initial-members:.*\n", ""));
      try (Launched newcomer =
          Launched.flywheel("node", "--config", place.resolve("flywheel.yaml"))) {
        await("node-6 answers", () -> answers(number));
        assertEquals(
            1, on(number, "replace", "node-1", "--yes").exit(), "who lives keeps its place");
        var ran = new Ran[1];
        for (int member : new int[] {1, 2}) { // either may be the one that the newcomer asks
          await(
              "node-3 is down for node-" + member,
              () -> on(member, "status").out().matches("(?s).*node-3 +down.*"));
        }
        Ran replaced =
            meanwhile(ran, () -> ran[0] = on(number, "replace", "node-3", "--yes"), 1, 2);
        assertEquals(0, replaced.exit(), replaced.err() + replaced.out());
        assertEquals(List.of("node-1", "node-2", "node-3"), members(number));
        assertNothingIsLost(number);

        try (Launched back = Launched.flywheel("node", "--config", kept.resolve("flywheel.yaml"))) {
          assertEquals(1, back.awaitEnd(), "an identity that was removed never returns");
        }
        assertNothingIsLost(number);
        assertEquals(0, up.terminate());
        assertEquals(0, newcomer.awaitEnd());
      }
    }
  }

  private boolean answers(int node) {
    try {
      return page(node, "/health/live") != Json.NOTHING;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isChanging(int node) {
    try {
      return page(node, "/admin/ring").get("change") != Json.NOTHING;
    } catch (IOException e) {
      return false;
    }
  }
}
