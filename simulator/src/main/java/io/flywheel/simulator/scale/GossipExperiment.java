package io.flywheel.simulator.scale;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Claim;
import java.io.PrintStream;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Measures the membership of a cluster of so many nodes: how long a change takes to be known
 * everywhere, what it costs to know nothing new, how long a dead node goes unnoticed, and how often
 * a living one is called dead.
 */
public final class GossipExperiment {
  private static final long MEETING_MILLIS = 30_000;
  private static final long STEP_MILLIS = 100;
  private static final long PATIENCE_MILLIS = 120_000;

  /**
   * What was measured.
   *
   * @param roundsUntilKnown rounds of a second until the last node knew a change: the mean and the
   *     worst of several
   * @param bytesPerNodeAndSecond sent, all told, while every node adopts an era each minute
   * @param suspectedMillis until the last node no longer asks a node that died silently
   * @param downMillis until the last node has it for DOWN
   * @param falseAccusations verdicts of DOWN on living nodes
   */
  public record Figures(
      int nodes,
      double lossShare,
      double roundsUntilKnown,
      double worstRoundsUntilKnown,
      double bytesPerNodeAndSecond,
      double messagesPerNodeAndSecond,
      int largestMessageBytes,
      long suspectedMillis,
      long downMillis,
      long falseAccusations) {
    public static final String HEADER =
        "nodes  loss  rounds (worst)  bytes/node/s  messages/node/s  largest  suspect s  down s"
            + "  false DOWN";

    public String toText() {
      return String.format(
          Locale.ROOT,
          "%5d  %3.0f%%  %5.1f (%5.1f)  %12.0f  %15.1f  %7d  %9.1f  %6.1f  %10d",
          nodes,
          lossShare * 100,
          roundsUntilKnown,
          worstRoundsUntilKnown,
          bytesPerNodeAndSecond,
          messagesPerNodeAndSecond,
          largestMessageBytes,
          suspectedMillis / 1000.0,
          downMillis / 1000.0,
          falseAccusations);
    }
  }

  private final GossipCluster cluster;
  private final SplittableRandom random;
  private final int size;
  private final double lossShare;

  private GossipExperiment(int size, double lossShare, long seed) {
    this.size = size;
    this.lossShare = lossShare;
    cluster = new GossipCluster(size, lossShare, seed);
    random = new SplittableRandom(~seed);
  }

  /**
   * One experiment.
   *
   * @param changes whose spreading is timed, one after the other
   * @param quietMillis in which nothing happens but eras, and in which traffic is counted
   */
  public static Figures run(int nodes, double lossShare, int changes, long quietMillis, long seed) {
    return new GossipExperiment(nodes, lossShare, seed).run(changes, quietMillis);
  }

  private Figures run(int changes, long quietMillis) {
    cluster.pass(MEETING_MILLIS);
    until(any -> cluster.nodes().stream().noneMatch(node -> any.table().claim(node.id()).isNone()));
    long bytes = cluster.bytesSent();
    long messages = cluster.messagesSent();
    cluster.pass(quietMillis);
    double nodeSeconds = size * (quietMillis / 1000.0);
    double bytesEach = (cluster.bytesSent() - bytes) / nodeSeconds;
    double messagesEach = (cluster.messagesSent() - messages) / nodeSeconds;
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < changes; i++) {
      double rounds = spread(i % 2 == 0) / 1000.0;
      sum += rounds;
      worst = Math.max(worst, rounds);
    }
    long falseAccusations = accusations();
    var victim = anyNode();
    cluster.kill(victim);
    long suspected = until(node -> node.state(victim) != Liveness.ALIVE);
    long down = suspected + until(node -> node.state(victim) == Liveness.DOWN);
    return new Figures(
        size,
        lossShare,
        sum / Math.max(1, changes),
        worst,
        bytesEach,
        messagesEach,
        cluster.largestMessageBytes(),
        suspected,
        down,
        falseAccusations);
  }

  /** How long it takes until everybody knows that a node's disk is full, or no longer. */
  private long spread(boolean full) {
    var source = full ? anyNode() : fullest();
    source.gossiper().diskFull(full);
    Predicate<GossipNode> knows =
        node -> node.table().claim(source.id()).says(Claim.FULL_DISK) == full;
    while (!knows.test(source)) {
      cluster.pass(STEP_MILLIS);
    }
    return until(knows);
  }

  private GossipNode fullest() {
    return cluster.nodes().stream()
        .filter(node -> node.table().claim(node.id()).says(Claim.FULL_DISK))
        .findFirst()
        .orElseThrow();
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

  /** Prints the figures for clusters of growing size. */
  public static void main(String[] arguments) {
    print(System.out, arguments.length == 0 ? 1_000 : Integer.parseInt(arguments[0]));
  }

  private static void print(PrintStream out, int most) {
    out.println(Figures.HEADER);
    for (int nodes = 10; nodes <= most; nodes *= 10) {
      for (double loss : new double[] {0, 0.05, 0.2}) {
        out.println(run(nodes, loss, 10, 300_000, 1).toText());
      }
    }
  }
}
