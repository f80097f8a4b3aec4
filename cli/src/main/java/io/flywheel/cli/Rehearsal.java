package io.flywheel.cli;

import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.AddedNode;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterException;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.LocalCluster;
import io.flywheel.cli.local.LocalNode;
import io.flywheel.cli.local.Ports;
import io.flywheel.server.FlywheelServer;
import io.flywheel.server.runtime.ProcessEnd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the launcher runs after each build, so that the JVM writes AOT caches of the classes that
 * were used. What is rehearsed here starts fast later; nothing else depends on it. There are two,
 * because a JVM takes up all of its cache at once, used or not: {@code nodes} plays three nodes
 * that form a cluster, and {@code commands} those that people wait for, against an answer made up
 * in advance.
 *
 * <p>The nodes serve a load for some seconds; meanwhile one of them is away, and another one joins
 * and leaves again: the cache keeps what the JVM has learned of the code, so that a node which is
 * started amidst traffic has it compiled when it is needed, and not half a minute later, and one
 * that has run for months does not meet its first change of the ring unprepared.
 */
public final class Rehearsal {
  private static final int NODES = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Map<String, String> ENVIRONMENT = Map.of();
  private static final int MOST_REQUEST_BYTES = 4096;
  private static final int REQUESTS = 3_000;

  /** Each deals the ring that would come: at a change all nodes do so at once, between requests. */
  private static final int PREVIEWS = 30;

  private static final String ANSWER =
      """
      HTTP/1.1 200 OK\r
      content-type: application/json\r
      \r
      {"value":"value","context":"context","receipt":{"n":3,"primaries":2,"durable":true}}\
      """;

  private Rehearsal() {}

  public static void main(String[] arguments) throws Exception {
    flywheel("version");
    if (arguments[0].equals("commands")) {
      playCommands();
    } else {
      Path data = Files.createTempDirectory("flywheel-rehearsal");
      try {
        playNodes(data);
      } finally {
        delete(data);
      }
    }
    System.exit(Exit.DONE.status());
  }

  private static void playCommands() throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> answer(listener));
      useKey("127.0.0.1:" + listener.getLocalPort());
    }
  }

  private static void answer(ServerSocket listener) {
    byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
    while (true) {
      try (Socket socket = listener.accept()) {
        // A request comes at once, and by then there is no more of it to be had.
        var _ = socket.getInputStream().read(new byte[MOST_REQUEST_BYTES]);
        socket.getOutputStream().write(answer);
      } catch (IOException e) {
        return; // It is over.
      }
    }
  }

  private static void playNodes(Path data) throws ClusterException, IOException {
    List<FlywheelServer> servers = new ArrayList<>();
    try (var directory = ClusterDirectory.open(data)) {
      directory.create(new ClusterShape(NODES, Ports.freeBase(NODES + 1), NODES, 0));
      List<LocalNode> nodes = new LocalCluster(directory, ENVIRONMENT, line -> {}).nodes();
      for (LocalNode node : nodes) {
        servers.add(FlywheelServer.start(node.configuration(), new NoEnd()));
      }
      String node = nodes.getFirst().clientAddress().toString();
      awaitService(node);
      useKey(node);
      load(node);
      servers.removeLast().close();
      load(node);
      servers.add(FlywheelServer.start(nodes.getLast().configuration(), new NoEnd()));
      load(node);
      LocalNode newcomer = AddedNode.beside(nodes, NODES + 1, data, ENVIRONMENT).node();
      servers.add(FlywheelServer.start(newcomer.configuration(), new NoEnd()));
      for (int i = 0; i < PREVIEWS; i++) {
        flywheel("join", "--dry-run", "--node", newcomer.clientAddress().toString());
      }
      change("join", newcomer, node);
      load(node);
      change("leave", newcomer, node);
    } finally {
      servers.forEach(FlywheelServer::close);
    }
  }

  private static void awaitService(String node) {
    long since = System.nanoTime();
    while (flywheel("put", "key", "value", "--node", node) != Exit.DONE.status()) {
      if (System.nanoTime() - since > PATIENCE_NANOS) {
        throw new IllegalStateException("the cluster does not serve");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static void useKey(String node) {
    flywheel("put", "key", "first", "--node", node);
    flywheel("put", "key", "second", "--blind", "--w", "3", "--timeout", "2s", "--node", node);
    flywheel("get", "key", "--node", node);
    flywheel("put", "key", "third", "--ttl", "1h", "--node", node);
    flywheel("get", "key", "--node", node);
    flywheel("delete", "key", "--node", node);
    flywheel("explain", "key", "--node", node);
    flywheel("status", "--node", node);
    flywheel("ring", "--node", node);
    flywheel("get", "key", "--node", node);
  }

  /** Changes the ring while clients are served. */
  private static void change(String command, LocalNode subject, String node) throws IOException {
    String address = subject.clientAddress().toString();
    Thread change = Thread.ofPlatform().start(() -> flywheel(command, "--yes", "--node", address));
    while (change.isAlive()) {
      load(node);
    }
  }

  /** By gRPC, and by HTTP. */
  private static void load(String node) throws IOException {
    flywheel("bench", "--keys", "500", "--warm-up", "0", "--seconds", "2", "--node", node);
    var client = new NodeClient(NodeAddress.parse(node));
    byte[] value = "{\"value\":\"value\"}".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < REQUESTS; i++) {
      client.send(Request.of("PUT", "/kv/key-" + i % 100).json(value));
      client.send(Request.of("GET", "/kv/key-" + i % 100));
    }
  }

  private static int flywheel(String... arguments) {
    var nowhere = OutputStream.nullOutputStream();
    var terminal =
        new Terminal(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, false, false);
    return Main.run(terminal, ENVIRONMENT, arguments);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A rehearsal that goes wrong has a log, and costs no more than time. */
  private static final class NoEnd implements ProcessEnd {
    @Override
    public void abruptly(String reason, Throwable cause) {
      throw new IllegalStateException(reason, cause);
    }

    @Override
    public void orderly(String reason) {
      throw new IllegalStateException(reason);
    }
  }
}
