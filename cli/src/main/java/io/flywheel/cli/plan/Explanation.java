package io.flywheel.cli.plan;

import static io.flywheel.cli.plan.Quantity.bytes;
import static io.flywheel.cli.plan.Quantity.count;
import static io.flywheel.cli.plan.Quantity.probability;
import static io.flywheel.cli.plan.Quantity.seconds;

import io.flywheel.core.ring.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan's figures, each with its formula, and what is to be said about them. */
public final class Explanation {
  private final CapacityPlan plan;
  private final Demand demand;
  private final Machines machines;
  private final List<Figure> figures = new ArrayList<>();

  private Explanation(CapacityPlan plan) {
    this.plan = plan;
    this.demand = plan.demand();
    this.machines = plan.machines();
  }

  /** In the order in which one follows from the other. */
  public static List<Figure> of(CapacityPlan plan) {
    var explanation = new Explanation(plan);
    explanation.space();
    explanation.ring();
    if (plan.demand().opsPerSecond() > 0) {
      explanation.work();
    }
    explanation.loss();
    return explanation.figures;
  }

  private void space() {
    addBytes("data-bytes", plan.dataBytes(), "values, before they are copied");
    addCount(
        "keys",
        plan.keys(),
        "data / value = %s / %s",
        bytes(plan.dataBytes()),
        bytes(demand.valueBytes()));
    addBytes(
        "raw-bytes",
        plan.rawBytes(),
        "data x N x (1 + %d / value): key, vector, dot, request id, checksums",
        CapacityPlan.RECORD_BYTES);
    addBytes(
        "usable-bytes-per-node",
        plan.usableBytes(),
        "disk x 0.9 - watermark: a tenth for compactions under way; below the mark no values");
    addCount(
        "nodes",
        plan.nodes(),
        "max(N, ceil(raw x 1.11 x 1.05 / usable = %.1f) + 1): levels, imbalance, one to lose",
        plan.fullNodes());
    addBytes(
        "most-data-bytes", plan.mostDataBytes(), "what so many nodes hold, with one of them lost");
    addShare(
        "disk-use",
        plan.diskUse(),
        "raw x 1.11 x 1.05 / nodes / disk: of the fullest node, while all are there");
  }

  private void ring() {
    addCount(
        "partitions",
        plan.partitions(),
        "Q: the next power of two from 256 x nodes, of 4,096 to 65,536");
    addCount(
        "partitions-per-node",
        plan.partitionsPerNode(),
        "Q / nodes; %s",
        plan.partitionsPerNode() >= Partition.FOR_EACH_NODE
            ? "at least 256, as it should be"
            : "256 cannot be had with so many nodes");
    addCount(
        "copies-per-node",
        plan.copiesPerNode(),
        "Q x N / nodes; %s",
        plan.copiesPerNode() >= CapacityPlan.LEAST_COPIES_PER_NODE
            ? "from 100 on no node has more than 1.05 of the mean"
            : "below 100 balance gets worse than 1.05");
    addBytes("partition-bytes", plan.partitionBytes(), "raw / N / Q: what moves at a time");
  }

  private void work() {
    addCount(
        "messages-per-second",
        plan.directMessagesPerSecond(),
        "puts x 2 x (N - 1) + gets x 2 x (R - 1): clients that go to a replica");
    addCount(
        "messages-per-second-any-node",
        plan.forwardedMessagesPerSecond(),
        "puts x 2 x (N - N / nodes) + gets x 2 x (R - N / nodes): clients that ask any node");
    addRate(
        "network-bytes-per-second",
        plan.networkBytesPerSecond(),
        "messages / 2 x (value + 2 x %d): a whole record one way, a word the other",
        CapacityPlan.MESSAGE_BYTES);
    addCount(
        "write-amplification",
        plan.writeAmplification(),
        "log 1 + first level 1 + 10 / 2 for each of %d levels",
        plan.levels());
    addRate(
        "disk-written-bytes-per-second-per-node",
        plan.diskWrittenBytesPerSecond(),
        "puts x N x (value + %d) x amplification / nodes",
        CapacityPlan.RECORD_BYTES);
    addCount(
        "record-reads-per-second-per-node",
        plan.recordReadsPerSecond(),
        "(puts x N + gets x R) / nodes: a put reads first; what is cached spares the disk");
    addCount(
        "processors",
        plan.processors(),
        "puts x 133 us x N / 3 + gets x 83 us x R / 2, measured with 1 kB; busy all the time");
  }

  private void loss() {
    addSeconds(
        "replace-seconds",
        plan.replaceSeconds(),
        "raw / nodes / rebuild rate = %s / %s/s: one new node takes all",
        bytes(plan.rawBytes() / plan.nodes()),
        bytes(machines.rebuildBytesPerSecond()));
    if (plan.canLoseOne()) {
      addSeconds(
          "remove-seconds",
          plan.removeSeconds(),
          "ceil(copies per node / (nodes - 1)) = %s partitions for each other node / rebuild rate",
          count(plan.copiesTakenOver()));
    }
    addSeconds(
        "exposed-seconds",
        plan.exposedSeconds(),
        "T = until `%s` is run, %s, and that time",
        plan.canLoseOne() ? "remove" : "replace",
        seconds(machines.reactionSeconds()));
    int losses = plan.lossesOfQuorum();
    addProbability(
        "quorum-loss-probability-per-year",
        plan.yearlyProbability(losses),
        "k = N - max(R, W) + 1 = %d, S = %s: %s",
        losses,
        count(plan.sharingSets(losses)),
        "1 - exp(-S x k / MTTF x (T / MTTF)^(k - 1) x year)");
    addProbability(
        "data-loss-probability-per-year",
        plan.yearlyProbability(demand.n()),
        "the same with k = N, S = %s: sets of k nodes that share one of Q partitions, at most",
        count(plan.sharingSets(demand.n())));
  }

  private void addBytes(String name, double value, String formula, Object... arguments) {
    add(name, value, bytes(value), formula, arguments);
  }

  private void addRate(String name, double value, String formula, Object... arguments) {
    add(name, value, bytes(value) + "/s", formula, arguments);
  }

  private void addCount(String name, double value, String formula, Object... arguments) {
    add(name, value, count(value), formula, arguments);
  }

  private void addSeconds(String name, double value, String formula, Object... arguments) {
    add(name, value, seconds(value), formula, arguments);
  }

  private void addShare(String name, double value, String formula, Object... arguments) {
    add(name, value, String.format(Locale.ROOT, "%.1f%%", value * 100), formula, arguments);
  }

  private void addProbability(String name, double value, String formula, Object... arguments) {
    add(name, value, probability(value), formula, arguments);
  }

  @SuppressWarnings("AnnotateFormatMethod") // It would take a library.
  private void add(String name, double value, String text, String formula, Object... arguments) {
    figures.add(new Figure(name, value, text, String.format(Locale.ROOT, formula, arguments)));
  }
}
