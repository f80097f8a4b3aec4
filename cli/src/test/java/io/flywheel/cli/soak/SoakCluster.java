package io.flywheel.cli.soak;

import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterException;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.LocalCluster;
import io.flywheel.cli.local.LocalNode;
import io.flywheel.cli.local.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Real nodes, to be killed and started at will. */
final class SoakCluster implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final ClusterDirectory directory;
  private final List<LocalNode> nodes;
  private final Map<Integer, Process> processes = new TreeMap<>();

  private SoakCluster(ClusterDirectory directory) throws ClusterException {
    this.directory = directory;
    this.nodes = new LocalCluster(directory, System.getenv(), line -> {}).nodes();
  }

  static SoakCluster form(Path data, ClusterShape shape) throws ClusterException, IOException {
    var directory = ClusterDirectory.open(data);
    directory.create(shape);
    var cluster = new SoakCluster(directory);
    cluster.start(IntStream.range(0, shape.nodes()).boxed().toList());
    return cluster;
  }

  List<NodeAddress> addresses() {
    return nodes.stream().map(LocalNode::clientAddress).toList();
  }

  void start(List<Integer> which) throws IOException {
    for (int node : which) {
      processes.put(node, NodeProcess.start(nodes.get(node).files(), System.getenv()));
    }
  }

  void kill(List<Integer> which) throws InterruptedException {
    List<Process> killed = new ArrayList<>();
    for (int node : which) {
      killed.add(Objects.requireNonNull(processes.remove(node)).destroyForcibly());
    }
    for (Process process : killed) {
      process.waitFor();
    }
  }

  void awaitReady() {
    long since = System.nanoTime();
    for (LocalNode node : nodes) {
      while (!isReady(node)) {
        if (System.nanoTime() - since > PATIENCE_NANOS) {
          throw new AssertionError(node.name() + " is not ready; see " + node.files().log());
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private static boolean isReady(LocalNode node) {
    try {
      var health = Request.of("GET", "/health/ready").answerWithin(2_000);
      return new NodeClient(node.clientAddress()).send(health).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws ClusterException {
    processes.values().forEach(Process::destroyForcibly);
    processes.values().forEach(process -> process.onExit().join());
    directory.close();
  }
}
