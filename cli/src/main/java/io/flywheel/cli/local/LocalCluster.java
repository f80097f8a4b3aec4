package io.flywheel.cli.local;

import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The running nodes of a {@link ClusterDirectory}: starts them, tells when one ends, and stops all
 * of them, those too that were brought back or added by hand. It never starts a node again, because
 * who killed one wants to see what the others do.
 */
public final class LocalCluster {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int HEALTH_MILLIS = 2_000;
  private static final int SIGNALLED = 128;

  private final ClusterDirectory directory;
  private final List<LocalNode> nodes;
  private final Map<String, String> environment;
  private final Consumer<String> reports;
  private final Map<String, Process> started = new LinkedHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * Takes the nodes as their files configure them. {@code reports} gets a line for each surprise.
   */
  public LocalCluster(
      ClusterDirectory directory, Map<String, String> environment, Consumer<String> reports)
      throws ClusterException {
    this.directory = directory;
    this.environment = environment;
    this.reports = reports;
    this.nodes = new ArrayList<>();
    for (NodeFiles files : directory.nodes()) {
      nodes.add(LocalNode.read(files, environment));
    }
  }

  public List<LocalNode> nodes() {
    return nodes;
  }

  /** Refuses what would fail later, and less clearly, in some of the nodes. */
  public void check() throws ClusterException {
    refuseShared();
    refuseRunning();
    Ports.requireFree(addresses(), "start another cluster with --data and --base-port");
  }

  private void refuseShared() throws ClusterException {
    Map<String, String> owners = new TreeMap<>();
    for (LocalNode node : nodes) {
      var own =
          List.of(
              node.configuration().client().toString(),
              node.configuration().peer().toString(),
              node.configuration().data().toAbsolutePath().normalize().toString());
      for (String thing : own) {
        String other = owners.put(thing, node.name());
        if (other != null) {
          throw new ClusterException(
              ("%s and %s would share %s; each needs its own, so unset FLYWHEEL_LISTEN_CLIENT,"
                      + " FLYWHEEL_LISTEN_PEER and FLYWHEEL_DATA, or edit their flywheel.yaml")
                  .formatted(other, node.name(), thing));
        }
      }
    }
  }

  private void refuseRunning() throws ClusterException {
    List<String> names = new ArrayList<>();
    List<String> pids = new ArrayList<>();
    for (LocalNode node : nodes) {
      node.files()
          .process()
          .ifPresent(
              process -> {
                names.add(node.name());
                pids.add(Long.toString(process.pid()));
              });
    }
    if (!names.isEmpty()) {
      throw new ClusterException(
          ("%s of %s still run, left by an earlier `flywheel up`;"
                  + " stop them with `kill %s`, then try again")
              .formatted(String.join(", ", names), directory.named(), String.join(" ", pids)));
    }
  }

  private List<NodeAddress> addresses() {
    return nodes.stream()
        .flatMap(node -> Stream.of(node.clientAddress(), node.peerAddress()))
        .toList();
  }

  /** Starts every node, in their order; none any more once {@link #stop} was called. */
  public synchronized void start() throws ClusterException {
    for (LocalNode node : nodes) {
      if (stopping.getCount() == 0) {
        return;
      }
      try {
        Process process = NodeProcess.start(node.files(), environment);
        started.put(node.name(), process);
        node.files().writePid(process.pid());
        var _ = process.onExit().thenAccept(ended -> report(node, ended));
      } catch (IOException e) {
        throw new ClusterException("cannot start " + node.name() + " (" + e + ")", e);
      }
    }
  }

  public synchronized long pid(LocalNode node) {
    Process process = started.get(node.name());
    return process == null ? -1 : process.pid();
  }

  private void report(LocalNode node, Process ended) {
    if (stopping.getCount() == 0) {
      return;
    }
    int status = ended.exitValue();
    String who = node.name() + " (process " + ended.pid() + ") ";
    String back = "; `flywheel node --config " + node.files().configuration() + "` brings it back";
    if (status > SIGNALLED) {
      reports.accept(who + "was killed by signal " + (status - SIGNALLED) + back);
    } else if (node.files().hasLeft()) {
      reports.accept(who + "has left the cluster; its directory is of no use any more");
    } else if (status == 0) {
      reports.accept(who + "was stopped" + back);
    } else {
      reports.accept(
          "%sended with status %d: %s; all that it said is in %s"
              .formatted(who, status, node.files().lastWords(), node.files().log()));
    }
  }

  /**
   * Waits until all nodes have been ready to serve, whoever started them; false if {@link #stop}
   * came first. Who ended because it is no member any more is not waited for.
   *
   * @throws ClusterException when that will never be, because all have given up
   */
  public boolean awaitReady() throws ClusterException, InterruptedException {
    long since = System.nanoTime();
    boolean patient = true;
    var waiting = new ArrayList<>(nodes);
    while (true) {
      waiting.removeIf(LocalCluster::isReady);
      var served = new ArrayList<>(nodes);
      served.removeAll(waiting);
      if (!served.isEmpty()) {
        waiting.removeIf(node -> hasEnded(node) && isNoMember(node, served.getFirst()));
      }
      if (waiting.isEmpty()) {
        return true;
      }
      if (gaveUp()) {
        throw new ClusterException(
            "no node came up; their logs say why, the first of them is "
                + nodes.getFirst().files().log());
      }
      if (patient && System.nanoTime() - since > PATIENCE_NANOS) {
        patient = false;
        reports.accept("still waiting for " + namesOf(waiting) + "; their logs may say why");
      }
      if (stopping.await(POLL_NANOS, TimeUnit.NANOSECONDS)) {
        return false;
      }
    }
  }

  private static String namesOf(List<LocalNode> nodes) {
    return String.join(", ", new TreeSet<>(nodes.stream().map(LocalNode::name).toList()));
  }

  private static boolean isReady(LocalNode node) {
    return isWell(node, "/health/ready");
  }

  /** Whether its process answers, be it a member yet or not. */
  static boolean isLive(LocalNode node) {
    return isWell(node, "/health/live");
  }

  private static boolean isWell(LocalNode node, String path) {
    try {
      var request = Request.of("GET", path).answerWithin(HEALTH_MILLIS);
      return new NodeClient(node.clientAddress()).send(request).status() == 200;
    } catch (IOException e) {
      return false; // Not listening yet.
    }
  }

  /** Whether it ended by itself, and not well. */
  private synchronized boolean hasEnded(LocalNode node) {
    Process process = started.get(node.name());
    return process != null
        && !process.isAlive()
        && process.exitValue() > 0
        && process.exitValue() <= SIGNALLED;
  }

  /** Whether a node that serves knows nobody of its name at its address. */
  private static boolean isNoMember(LocalNode node, LocalNode serving) {
    try {
      var request = Request.of("GET", "/admin/members").answerWithin(HEALTH_MILLIS);
      var page = new NodeClient(serving.clientAddress()).send(request);
      if (page.status() != 200) {
        return false;
      }
      for (Json member : page.json().get("members").items()) {
        if (member.get("name").text().equals(node.name())
            && member.get("client").text().equals(node.clientAddress().toString())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether every node ended by itself; who killed one may bring it back. */
  private synchronized boolean gaveUp() {
    for (Process process : started.values()) {
      if (process.isAlive() || process.exitValue() > SIGNALLED) {
        return false;
      }
    }
    return true;
  }

  /** Waits until another thread calls {@link #stop}. */
  public void awaitStop() throws InterruptedException {
    stopping.await();
  }

  /**
   * Asks every node of the directory to stop and waits for them, ten seconds at most; then those
   * that remain are killed.
   */
  public void stop() {
    stopping.countDown();
    List<ProcessHandle> running = running();
    running.forEach(ProcessHandle::destroy);
    if (!awaitEnd(running)) {
      running.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
      awaitEnd(running);
    }
  }

  private synchronized List<ProcessHandle> running() {
    Map<Long, ProcessHandle> running = new TreeMap<>();
    started.values().stream()
        .filter(Process::isAlive)
        .forEach(process -> running.put(process.pid(), process.toHandle()));
    try {
      for (NodeFiles files : directory.nodes()) {
        files.process().ifPresent(process -> running.put(process.pid(), process));
      }
    } catch (ClusterException e) {
      reports.accept(e.getMessage());
    }
    return List.copyOf(running.values());
  }

  private boolean awaitEnd(List<ProcessHandle> processes) {
    long since = System.nanoTime();
    while (processes.stream().anyMatch(NodeProcess::isRunning)) {
      if (System.nanoTime() - since > STOP_NANOS) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }
}
