package io.flywheel.simulator.scale;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Claim;
import io.flywheel.simulator.scale.GossipFigures.Rounds;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Measures the membership of a cluster of so many nodes: how long a change takes to be known
 * everywhere, what it costs to know nothing new, how long a dead node goes unnoticed, and how often
 * a living one is called dead.
 */
public final class GossipExperiment {
  private static final long MEETING_MILLIS = 60_000;
  private static final long STEP_MILLIS = 100;
  private static final long PATIENCE_MILLIS = 120_000;
  private static final int CHANGES = 6;
  private static final long QUIET_MILLIS = 60_000;
  private static final int APART_NODES = 100;
  private static final int APART_DATACENTERS = 3;
  private static final double APART_LOSS = 0.05;

  private final GossipCluster cluster;
  private final SplittableRandom random;
  private final int size;
  private final double lossShare;

  private final int datacenters;

  private GossipExperiment(int size, int datacenters, double lossShare, long seed) {
    this.size = size;
    this.datacenters = datacenters;
    this.lossShare = lossShare;
    cluster = new GossipCluster(size, datacenters, lossShare, seed);
    random = new SplittableRandom(~seed);
  }

  /**
   * One experiment.
   *
   * @param datacenters in which they stand, 40 ms from each other
   * @param changes whose spreading is timed, one after the other, so many of each kind
   * @param quietMillis in which nothing happens but eras, and in which traffic is counted
   */
  public static GossipFigures run(
      int nodes, int datacenters, double lossShare, int changes, long quietMillis, long seed) {
    return new GossipExperiment(nodes, datacenters, lossShare, seed).run(changes, quietMillis);
  }

  private GossipFigures run(int changes, long quietMillis) {
    until(any -> cluster.nodes().stream().noneMatch(node -> any.table().claim(node.id()).isNone()));
    cluster.pass(MEETING_MILLIS);
    long bytes = cluster.bytesSent();
    long crossing = cluster.bytesCrossing();
    long messages = cluster.messagesSent();
    cluster.pass(quietMillis);
    double nodeSeconds = size * (quietMillis / 1000.0);
    double bytesEach = (cluster.bytesSent() - bytes) / nodeSeconds;
    double crossingEach = (cluster.bytesCrossing() - crossing) / nodeSeconds;
    double messagesEach = (cluster.messagesSent() - messages) / nodeSeconds;
    var urgent = timed(changes, this::fillOrEmptyADisk);
    var eras = timed(changes, this::nextEra);
    long falseAccusations = accusations();
    var victim = anyNode();
    cluster.kill(victim);
    long suspected = until(node -> node.state(victim) != Liveness.ALIVE);
    long down = suspected + until(node -> node.state(victim) == Liveness.DOWN);
    return new GossipFigures(
        size,
        datacenters,
        lossShare,
        urgent,
        eras,
        bytesEach,
        crossingEach,
        messagesEach,
        cluster.largestMessageBytes(),
        suspected,
        down,
        falseAccusations);
  }

  /** How long it takes from each change until everybody knows it. */
  private Rounds timed(int changes, Supplier<Predicate<GossipNode>> change) {
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < changes; i++) {
      double rounds = until(change.get()) / 1000.0;
      sum += rounds;
      worst = Math.max(worst, rounds);
    }
    return new Rounds(sum / Math.max(1, changes), worst);
  }

  private Predicate<GossipNode> fillOrEmptyADisk() {
    var source =
        cluster.nodes().stream().filter(GossipExperiment::isFull).findFirst().orElse(anyNode());
    boolean full = !isFull(source);
    source.gossiper().diskFull(full);
    Predicate<GossipNode> knows =
        node -> node.table().claim(source.id()).says(Claim.FULL_DISK) == full;
    while (!knows.test(source)) {
      cluster.pass(STEP_MILLIS);
    }
    return knows;
  }

  private static boolean isFull(GossipNode node) {
    return node.table().claim(node.id()).says(Claim.FULL_DISK);
  }

  /** Waits until some node says that it has adopted an era. */
  private Predicate<GossipNode> nextEra() {
    Map<GossipNode, Long> before = new HashMap<>();
    cluster.nodes().forEach(node -> before.put(node, claimed(node, node)));
    while (true) {
      cluster.pass(STEP_MILLIS);
      for (GossipNode source : cluster.nodes()) {
        long era = claimed(source, source);
        if (era > before.getOrDefault(source, 0L)) {
          return node -> claimed(node, source) >= era;
        }
      }
    }
  }

  private static long claimed(GossipNode by, GossipNode of) {
    return by.table().claim(of.id()).era();
  }

  private GossipNode anyNode() {
    return cluster.nodes().get(random.nextInt(size));
  }

  private long accusations() {
    return cluster.nodes().stream().mapToLong(node -> node.gossiper().accusations()).sum();
  }

  private long until(Predicate<GossipNode> everybody) {
    long since = cluster.nowMillis();
    while (!cluster.living().stream().allMatch(everybody)) {
      if (cluster.nowMillis() - since > PATIENCE_MILLIS) {
        throw new IllegalStateException("it has not come to that within two minutes");
      }
      cluster.pass(STEP_MILLIS);
    }
    return cluster.nowMillis() - since;
  }

  /** Prints the figures for clusters of 10, 100 and so on nodes, from so many seeds each. */
  public static void print(PrintStream out, int mostNodes, int seeds) {
    out.println(GossipFigures.HEADER);
    for (int nodes = 10; nodes <= mostNodes; nodes *= 10) {
      for (double loss : new double[] {0.05, 0.2}) {
        print(out, nodes, 1, loss, seeds);
      }
      if (nodes == APART_NODES) {
        print(out, nodes, APART_DATACENTERS, APART_LOSS, seeds);
      }
    }
  }

  private static void print(PrintStream out, int nodes, int datacenters, double loss, int seeds) {
    var figures = new ArrayList<GossipFigures>(seeds);
    for (int seed = 1; seed <= seeds; seed++) {
      figures.add(run(nodes, datacenters, loss, CHANGES, QUIET_MILLIS, seed));
    }
    out.println(GossipFigures.of(figures).toText());
  }

  /** Prints the figures for clusters of these sizes, from one seed each. */
  public static void print(PrintStream out, List<Integer> sizes, double lossShare) {
    out.println(GossipFigures.HEADER);
    for (int nodes : sizes) {
      out.println(run(nodes, 1, lossShare, CHANGES, QUIET_MILLIS, 1).toText());
    }
  }

  /** Arguments: the most nodes, and the number of seeds. */
  public static void main(String[] arguments) {
    int most = arguments.length == 0 ? 1_000 : Integer.parseInt(arguments[0]);
    print(System.out, most, arguments.length < 2 ? 5 : Integer.parseInt(arguments[1]));
  }
}
