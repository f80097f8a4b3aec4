package io.flywheel.simulator.scale;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.node.Node;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Measures what it costs to find and mend a few differences among very many keys: one of three
 * nodes is cut off, some keys are written at the two others, which keep nothing for it, and it
 * comes back. From then on every byte of what replicas compare and send each other is counted until
 * all three hold the same again, and the time of all threads of this process, which does the work
 * of all three nodes.
 */
public final class ExchangeExperiment {
  private static final long STEP_MILLIS = 100;
  private static final long PATIENCE_MILLIS = 600_000;
  private static final long SETTLING_MILLIS = 30_000;

  /**
   * What was measured.
   *
   * @param bytes of all messages but those about members, from the return until all was equal
   * @param bytesByKind the same, by kind of message
   * @param millis of simulated time for that
   * @param cpuMillis of all threads of the process in that time
   * @param idleCpuMillis the same in as much time after that, while there was nothing to mend
   * @param buildCpuMillis for building all trees of the three nodes from their disks
   */
  public record Figures(
      int keys,
      int partitions,
      int differing,
      long bytes,
      Map<String, Long> bytesByKind,
      long millis,
      long cpuMillis,
      long idleCpuMillis,
      long buildCpuMillis) {
    public static final String HEADER =
        "     keys  partitions  differing     bytes  seconds  CPU s  CPU s idle  CPU s to build"
            + " trees";

    public String toText() {
      return String.format(
          Locale.ROOT,
          "%9d  %10d  %9d  %8d  %7.1f  %5.2f  %10.2f  %20.2f",
          keys,
          partitions,
          differing,
          bytes,
          millis / 1000.0,
          cpuMillis / 1000.0,
          idleCpuMillis / 1000.0,
          buildCpuMillis / 1000.0);
    }
  }

  private final ReplicaCluster cluster;
  private final SplittableRandom random;
  private final int keys;
  private final int partitions;

  private ExchangeExperiment(int keys, int partitions, long seed) {
    this.keys = keys;
    this.partitions = partitions;
    random = new SplittableRandom(seed);
    cluster = new ReplicaCluster(partitions, keys, random.split());
  }

  /** One experiment: so many of the keys are written while a node is cut off. */
  public static Figures run(int keys, int partitions, int differing, long seed) {
    return new ExchangeExperiment(keys, partitions, seed).run(differing);
  }

  private Figures run(int differing) {
    long beforeBuilding = cpuMillis();
    until(this::treesAreBuilt);
    long buildCpuMillis = cpuMillis() - beforeBuilding;
    cluster.pass(SETTLING_MILLIS);
    cluster.cutOff(cluster.machines().getLast());
    cluster.pass(SETTLING_MILLIS);
    var written = new TreeMap<Integer, Boolean>();
    while (written.size() < differing) {
      int number = random.nextInt(keys);
      if (written.putIfAbsent(number, true) == null) {
        write(number);
      }
    }
    cluster.pass(SETTLING_MILLIS);
    if (isEqual()) {
      throw new IllegalStateException("the one that was cut off missed nothing");
    }
    cluster.drainBytes();
    cluster.reconnect();
    long since = cluster.nowMillis();
    long cpuSince = cpuMillis();
    until(() -> written.keySet().stream().allMatch(this::isEqual));
    long millis = cluster.nowMillis() - since;
    long cpuMillis = cpuMillis() - cpuSince;
    if (!isEqual()) {
      throw new IllegalStateException("keys differ that nobody wrote");
    }
    var bytesByKind = cluster.drainBytes();
    long idleSince = cpuMillis();
    cluster.pass(millis);
    return new Figures(
        keys,
        partitions,
        differing,
        bytesByKind.values().stream().mapToLong(Long::longValue).sum(),
        bytesByKind,
        millis,
        cpuMillis,
        cpuMillis() - idleSince,
        buildCpuMillis);
  }

  private void write(int number) {
    var key = ReplicaCluster.key(number);
    var coordinator = cluster.machine(random.nextInt(ReplicaCluster.NODES - 1));
    var write = Write.of(Bytes.utf8("written while one was away " + number));
    coordinator
        .node()
        .request(
            cluster.now(), number, new ClientRequest.Put(key, write, null, 0, 0, 0, null, 1_000));
    cluster.pass(20);
    if (!(coordinator.lastOutcome() instanceof Outcome.Written)) {
      throw new IllegalStateException("a write came to " + coordinator.lastOutcome());
    }
  }

  private boolean treesAreBuilt() {
    return nodes().stream()
        .map(node -> node.view(cluster.now()).antiEntropy())
        .allMatch(
            figures -> figures.treesOwned() > 0 && figures.treesBuilt() == figures.treesOwned());
  }

  private boolean isEqual() {
    var first = cluster.machine(0).data();
    return cluster.machines().stream().allMatch(machine -> machine.data().equals(first));
  }

  private boolean isEqual(int number) {
    var storageKey = StorageKey.ofRecord(ReplicaCluster.key(number));
    var record = cluster.machine(0).data().get(storageKey);
    return cluster.machines().stream()
        .allMatch(machine -> Objects.equals(machine.data().get(storageKey), record));
  }

  private List<Node> nodes() {
    return cluster.machines().stream().map(ReplicaMachine::node).toList();
  }

  private interface Condition {
    boolean holds();
  }

  private void until(Condition condition) {
    long since = cluster.nowMillis();
    while (!condition.holds()) {
      if (cluster.nowMillis() - since > PATIENCE_MILLIS) {
        throw new IllegalStateException("it has not come to that within ten minutes");
      }
      cluster.pass(STEP_MILLIS);
    }
  }

  /** Of all threads of this process, those that compile and collect garbage included. */
  private static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
  }

  /** Prints the figures for many and for few partitions, each of a part of the same keys. */
  public static void print(PrintStream out, int keys, int differing) {
    out.println(Figures.HEADER);
    for (int partitions : new int[] {4096, 512, 64, 8}) {
      out.println(run(keys, partitions, differing, 1).toText());
    }
  }

  /** Arguments: the number of keys, and how many of them differ. */
  public static void main(String[] arguments) {
    int keys = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
    print(System.out, keys, arguments.length < 2 ? 100 : Integer.parseInt(arguments[1]));
  }
}
