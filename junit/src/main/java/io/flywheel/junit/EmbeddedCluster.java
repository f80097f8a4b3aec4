package io.flywheel.junit;

import io.flywheel.client.FlywheelClient;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.server.FlywheelServer;
import io.flywheel.server.config.Address;
import io.flywheel.server.config.Durability;
import io.flywheel.server.config.ServerConfig;
import io.flywheel.server.runtime.ProcessEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster in this process: real nodes, on free ports of loopback, each with a database in a
 * temporary directory. n is 3 or the number of nodes, where that is less; r and w are majorities.
 * Writes are not forced to disk before they are answered: a process that ends takes its cluster
 * with it anyhow.
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int PARTITIONS = 64;
  private static final int MOST_REPLICAS = 3;
  private static final int TRIES = 5;
  private static final long HINTS_BYTES = 1L << 30;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path folder;
  private final List<ServerConfig> configurations;
  private final @Nullable FlywheelServer[] servers;
  private @Nullable FlywheelClient client;

  private EmbeddedCluster(Path folder, List<ServerConfig> configurations) {
    this.folder = folder;
    this.configurations = configurations;
    this.servers = new FlywheelServer[configurations.size()];
  }

  /**
   * Starts a cluster and waits until all of its nodes serve.
   *
   * @param namespaces beside {@code default} and {@code lww}
   * @throws UncheckedIOException where it cannot be started
   */
  public static EmbeddedCluster start(int nodes, NamespaceSettings... namespaces) {
    try {
      return startOnFreePorts(nodes, List.of(namespaces));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ports that are free now may be taken a moment later, so there are several tries. */
  private static EmbeddedCluster startOnFreePorts(int nodes, List<NamespaceSettings> namespaces)
      throws IOException {
    for (int tries = 1; ; tries++) {
      Path folder = Files.createTempDirectory("flywheel-");
      var cluster = new EmbeddedCluster(folder, configurations(folder, nodes, namespaces));
      try {
        for (int node = 1; node <= nodes; node++) {
          cluster.startNode(node);
        }
        for (int node = 1; node <= nodes; node++) {
          cluster.awaitService(node);
        }
        return cluster;
      } catch (UncheckedIOException | IllegalStateException e) {
        cluster.close();
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static List<ServerConfig> configurations(
      Path folder, int nodes, List<NamespaceSettings> namespaces) throws IOException {
    List<Integer> ports = freePorts(2 * nodes);
    List<String> names = IntStream.rangeClosed(1, nodes).mapToObj(i -> "node-" + i).toList();
    List<String> seeds = ports.subList(nodes, 2 * nodes).stream().map(i -> HOST + ":" + i).toList();
    var settings =
        new ClusterSettings(
            "embedded",
            PARTITIONS,
            Quorum.majority(Math.min(nodes, MOST_REPLICAS)),
            Limits.DEFAULT,
            namespaces);
    List<ServerConfig> configurations = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      configurations.add(
          new ServerConfig(
              names.get(i),
              Zone.DEFAULT,
              1,
              folder.resolve(names.get(i)),
              new Address(HOST, ports.get(i)),
              new Address(HOST, ports.get(nodes + i)),
              Bytes.utf8("of a cluster that lives briefly"),
              seeds,
              names,
              Durability.PERIODIC,
              1,
              HINTS_BYTES,
              ServerConfig.DEFAULT_TRANSFER_BYTES_PER_SECOND,
              settings));
    }
    return configurations;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Where the nodes listen for clients, {@code 127.0.0.1:40001}, in their order. */
  public List<String> addresses() {
    return configurations.stream().map(node -> node.client().toString()).toList();
  }

  /** A client of this cluster, closed together with it. */
  public synchronized FlywheelClient client() {
    if (client == null) {
      client = FlywheelClient.connect(addresses().toArray(String[]::new));
    }
    return client;
  }

  /**
   * Stops a node as an operator would; the others serve on.
   *
   * @param node counted from 1
   */
  public synchronized void stopNode(int node) {
    FlywheelServer server = servers[node - 1];
    if (server != null) {
      server.close();
      servers[node - 1] = null;
    }
  }

  /**
   * Starts a node that was stopped, on the same ports and with what it had on disk. {@link
   * #awaitService} waits for it.
   *
   * @param node counted from 1
   * @throws UncheckedIOException where it cannot be started
   */
  public synchronized void startNode(int node) {
    if (servers[node - 1] == null) {
      try {
        servers[node - 1] = FlywheelServer.start(configurations.get(node - 1), new NoEnd());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Waits until a node serves.
   *
   * @param node counted from 1
   * @throws IllegalStateException where it does not within a minute
   */
  public void awaitService(int node) {
    String address = configurations.get(node - 1).client().toString();
    var request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long since = System.nanoTime();
    try (var http = HttpClient.newHttpClient()) {
      while (!isReady(http, request)) {
        if (System.nanoTime() - since > PATIENCE_NANOS) {
          throw new IllegalStateException("node " + node + " at " + address + " does not serve");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private static boolean isReady(HttpClient http, HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a node", e);
    }
  }

  /** Stops all nodes and deletes what they wrote. */
  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
    for (int node = 1; node <= servers.length; node++) {
      stopNode(node);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A node that cannot go on is left to the test, whose requests fail. */
  private record NoEnd() implements ProcessEnd {
    private static final System.Logger LOG = System.getLogger(EmbeddedCluster.class.getName());

    @Override
    public void abruptly(String reason, Throwable cause) {
      LOG.log(System.Logger.Level.ERROR, reason, cause);
    }

    @Override
    public void orderly(String reason) {
      LOG.log(System.Logger.Level.ERROR, reason);
    }
  }
}
