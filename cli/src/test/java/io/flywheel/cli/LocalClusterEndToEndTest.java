package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real processes on this machine: written to, killed, brought back, stopped and resumed. */
final class LocalClusterEndToEndTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);

  private final int base = Ports.freeBase(3);

  @TempDir private Path folder;

  private Launched up() {
    return Launched.flywheel("up", "--data", folder, "--base-port", base);
  }

  private String address(int node) {
    return "127.0.0.1:" + (base + node);
  }

  private Ran on(int node, String... words) {
    return Ran.flywheel(
        Stream.concat(Arrays.stream(words), Stream.of("--node", address(node)))
            .toArray(String[]::new));
  }

  private ProcessHandle process(int node) throws IOException {
    String pid = Files.readString(folder.resolve("node-" + node + "/node.pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private List<ProcessHandle> processes() throws IOException {
    List<ProcessHandle> processes = new ArrayList<>();
    for (int node = 1; node <= 3; node++) {
      processes.add(process(node));
    }
    return processes;
  }

  private void awaitReady(int node) {
    var client = new NodeClient(NodeAddress.parse(address(node)));
    long since = System.nanoTime();
    while (true) {
      try {
        if (client.send(Request.of("GET", "/health/ready")).status() == 200) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      assertTrue(System.nanoTime() - since < PATIENCE_NANOS, "node-" + node + " is not ready");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @Test
  void aClusterOutlivesItsNodesAndItsLauncher() throws Exception {
    List<ProcessHandle> nodes;
    try (Launched up = up()) {
      assertTrue(up.awaitOut("node-1").contains(address(1)));
      up.awaitOut("ready");
      storeAndForget();
      siblingsStayUntilOneReplacesThem();
      nodes = processes();
      assertTrue(nodes.stream().allMatch(ProcessHandle::isAlive));

      Ran second = Ran.flywheel("up", "--data", folder.toString());
      assertEquals(1, second.exit());
      assertTrue(second.err().contains("process " + up.pid()), second.err());

      process(3).destroyForcibly();
      assertTrue(up.awaitErr("node-3").contains("killed by signal 9"));
      assertEquals("", on(1, "put", "while-away", "kept", "--w", "2").err());

      try (Launched again =
          Launched.flywheel("node", "--config", folder.resolve("node-3/flywheel.yaml"))) {
        awaitReady(3);
        assertEquals(again.pid(), process(3).pid());
        assertEquals("kept", on(3, "get", "while-away").out());
        nodes = processes();
        assertEquals(0, up.terminate());
        assertEquals(0, again.awaitEnd(), "up stops what was brought back by hand, cleanly");
      }
      assertFalse(nodes.stream().anyMatch(ProcessHandle::isAlive));
    }
    try (Launched up = Launched.flywheel("up", "--data", folder)) {
      up.awaitOut("ready");
      assertEquals("kept", on(2, "get", "while-away").out());
      orphan(up);
    }
  }

  /** Nodes outlive a launcher that is killed; the next one says how to end them. */
  private void orphan(Launched up) throws Exception {
    List<ProcessHandle> nodes = processes();
    try {
      assertEquals(128 + 9, up.kill());
      assertEquals("kept", on(1, "get", "while-away").out());
      Ran next = Ran.flywheel("up", "--data", folder.toString());
      assertEquals(1, next.exit());
      List<String> pids = nodes.stream().map(node -> Long.toString(node.pid())).toList();
      assertTrue(next.err().contains("`kill " + String.join(" ", pids) + "`"), next.err());
    } finally {
      nodes.forEach(ProcessHandle::destroy);
      nodes.forEach(node -> node.onExit().orTimeout(40, TimeUnit.SECONDS).join());
    }
  }

  private void storeAndForget() {
    Ran put = on(1, "put", "cart:42", "milk");
    assertEquals("", put.err());
    assertTrue(put.out().contains(" of 3 nodes"), put.out());
    assertEquals("milk", on(2, "get", "cart:42").out());
    assertEquals(0, on(2, "put", "cart:42", "milk and bread").exit());
    assertEquals("milk and bread", on(3, "get", "cart:42").out());
    assertEquals(0, on(3, "delete", "cart:42").exit());
    assertEquals(3, on(1, "get", "cart:42").exit());
  }

  private void siblingsStayUntilOneReplacesThem() {
    assertEquals(0, on(1, "put", "list", "one", "--blind").exit());
    assertEquals(0, on(2, "put", "list", "two", "--blind").exit());
    List<String> siblings = on(3, "get", "list").out().lines().sorted().toList();
    assertEquals(2, siblings.size());
    assertTrue(siblings.getFirst().startsWith("1: "));
    assertEquals(0, on(3, "put", "list", "both").exit());
    assertEquals("both", on(1, "get", "list").out());
  }
}
