package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterException;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.LocalCluster;
import io.flywheel.cli.local.LocalNode;
import io.flywheel.cli.local.NodeFiles;
import io.flywheel.cli.local.NodeProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Real nodes, to be killed, paused and started at will; they are numbered from 0. */
final class SoakCluster implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final ClusterDirectory directory;
  private final @Nullable NamespaceNetwork network;
  private final @Nullable DistantNetwork distance;
  private final Map<String, String> environment;
  private final List<LocalNode> nodes;
  private final Map<Integer, Process> processes = new TreeMap<>();

  private SoakCluster(
      ClusterDirectory directory,
      @Nullable NamespaceNetwork network,
      @Nullable DistantNetwork distance,
      Map<String, String> environment)
      throws ClusterException {
    this.directory = directory;
    this.network = network;
    this.distance = distance;
    this.environment = environment;
    this.nodes = new LocalCluster(directory, environment, line -> {}).nodes();
  }

  /** All on the loopback, with the environment of this process. */
  static SoakCluster form(Path data, ClusterShape shape) throws ClusterException, IOException {
    return form(data, shape, null, Map.of());
  }

  /** All on the loopback, where some stand far from others. */
  static SoakCluster form(Path data, ClusterShape shape, DistantNetwork distance)
      throws ClusterException, IOException {
    var directory = ClusterDirectory.open(data);
    directory.create(shape);
    for (NodeFiles files : directory.nodes()) {
      String text = Files.readString(files.configuration());
      for (int node = 0; node < shape.nodes(); node++) {
        String port = ":" + (shape.basePort() + 101 + node);
        text = text.replace("127.0.0.1" + port, DistantNetwork.host(node) + port);
      }
      Files.writeString(files.configuration(), text);
    }
    for (int node = 0; node < shape.nodes(); node++) {
      distance.relayTo(node, shape.basePort() + 101 + node);
    }
    var cluster = new SoakCluster(directory, null, distance, new TreeMap<>(System.getenv()));
    cluster.start(IntStream.range(0, shape.nodes()).boxed().toList());
    return cluster;
  }

  /**
   * @param network where each node gets a namespace of its own
   * @param settings variables besides those of this process
   */
  static SoakCluster form(
      Path data,
      ClusterShape shape,
      @Nullable NamespaceNetwork network,
      Map<String, String> settings)
      throws ClusterException, IOException {
    var directory = ClusterDirectory.open(data);
    directory.create(shape);
    if (network != null) {
      for (NodeFiles files : directory.nodes()) {
        move(files.configuration(), shape, network);
      }
    }
    Map<String, String> environment = new TreeMap<>(System.getenv());
    environment.putAll(settings);
    var cluster = new SoakCluster(directory, network, null, environment);
    cluster.start(IntStream.range(0, shape.nodes()).boxed().toList());
    return cluster;
  }

  /** From the loopback, where they could not meet, to the addresses of the namespaces. */
  private static void move(Path configuration, ClusterShape shape, NamespaceNetwork network)
      throws IOException {
    String text = Files.readString(configuration);
    for (int node = 0; node < shape.nodes(); node++) {
      for (int port : List.of(shape.basePort() + node + 1, shape.basePort() + 101 + node)) {
        text = text.replace("127.0.0.1:" + port, network.address(node) + ":" + port);
      }
    }
    Files.writeString(configuration, text);
  }

  List<NodeAddress> addresses() {
    return nodes.stream().map(LocalNode::clientAddress).toList();
  }

  void start(List<Integer> which) throws IOException {
    for (int node : which) {
      List<String> through = network == null ? List.of() : network.inside(node);
      processes.put(node, start(through, nodes.get(node).files(), environmentOf(node)));
    }
  }

  private Map<String, String> environmentOf(int node) throws IOException {
    if (distance == null) {
      return environment;
    }
    Map<String, String> own = new TreeMap<>(environment);
    String hosts = "-Djdk.net.hosts.file=" + distance.hosts(node);
    own.merge("FLYWHEEL_JAVA_OPTS", hosts, (given, added) -> given + " " + added);
    return own;
  }

  /** As people start it where there is a launcher: what was rehearsed costs no time then. */
  private static Process start(
      List<String> through, NodeFiles files, Map<String, String> environment) throws IOException {
    String launcher = System.getProperty("soak.launcher", "");
    if (launcher.isEmpty()) {
      return NodeProcess.start(through, files, environment);
    }
    List<String> command = new ArrayList<>(through);
    command.addAll(List.of(launcher, "node", "--config", files.configuration().toString()));
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()));
    return builder.redirectErrorStream(true).start();
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

  /** Stops the process as a long pause of the machine would: its sockets stay, and are silent. */
  void pause(int node) throws IOException, InterruptedException {
    signal("-STOP", node);
  }

  void resume(int node) throws IOException, InterruptedException {
    signal("-CONT", node);
  }

  private void signal(String signal, int node) throws IOException, InterruptedException {
    long pid = Objects.requireNonNull(processes.get(node)).pid();
    int status = new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor();
    if (status != 0) {
      throw new AssertionError("kill " + signal + " of " + nodes.get(node).name() + ": " + status);
    }
  }

  void awaitReady() {
    long since = System.nanoTime();
    for (int node = 0; node < nodes.size(); node++) {
      while (!isReady(node)) {
        if (System.nanoTime() - since > PATIENCE_NANOS) {
          LocalNode late = nodes.get(node);
          throw new AssertionError(late.name() + " is not ready; see " + late.files().log());
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  boolean isReady(int node) {
    try {
      return ask(node, "/health/ready").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  Answer ask(int node, String path) throws IOException {
    var request = Request.of("GET", path).answerWithin(2_000);
    return new NodeClient(nodes.get(node).clientAddress()).send(request);
  }

  /** Whom the node has not heard for two seconds, or {@code ?} if it does not say. */
  String unheard(int node) {
    try {
      return ask(node, "/admin/members").json().get("members").items().stream()
          .filter(member -> member.get("silent-ms").integer() > 2_000)
          .map(member -> member.get("name").text())
          .sorted()
          .toList()
          .toString();
    } catch (IOException e) {
      return "?";
    }
  }

  /** What all nodes together still owe others; -1 if one of them does not say. */
  long hintsWaiting() {
    List<Long> hints = hints();
    return hints.contains(-1L) ? -1 : hints.stream().mapToLong(count -> count).sum();
  }

  /** What each node still owes others; -1 for one that does not say. */
  List<Long> hints() {
    return IntStream.range(0, nodes.size()).mapToObj(this::hints).toList();
  }

  private long hints(int node) {
    try {
      return (long) gauge(ask(node, "/metrics").text(), "flywheel_hints_waiting");
    } catch (IOException e) {
      return -1;
    }
  }

  private static double gauge(String metrics, String name) throws IOException {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .reduce(Double::sum)
        .orElseThrow(() -> new IOException("there is no " + name));
  }

  @Override
  public void close() throws ClusterException {
    processes.values().forEach(Process::destroyForcibly);
    processes.values().forEach(process -> process.onExit().join());
    directory.close();
  }
}
