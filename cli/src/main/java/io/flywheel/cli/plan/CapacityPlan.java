package io.flywheel.cli.plan;

import io.flywheel.core.ring.Partition;

/**
 * The arithmetic of capacity. Every method is one formula, in the notation of the Dynamo paper: N
 * copies of each of Q partitions on M nodes.
 *
 * <p><b>Disk.</b> A record takes its value and {@value #RECORD_BYTES} bytes: its key, vector, dot,
 * request id and checksums. RocksDB's levels, each ten times as large as the one above, hold one
 * ninth more for what is not compacted yet. A tenth of the disk stays free for compactions that are
 * under way, and so does the mark below which a node takes no values. The fullest node has 1.05 of
 * the mean, which placement promises. When a node is lost the others take over its copies: hence
 * one node more.
 *
 * <p><b>Work.</b> A put is sent to the N - 1 other replicas and each of them replies; a get goes to
 * R - 1 others. That is so where clients go to a replica, as the Java client does; through any node
 * a put is forwarded first, and a get finds its coordinator among the replicas in N of M cases.
 * Every replica reads a record before it writes it. Data is written to the log, to the first level,
 * and then five times, half the ratio of levels, on its way through each of them.
 *
 * <p><b>Loss.</b> Nodes are lost for good independently of each other, at the rate 1/MTTF. A lost
 * copy is missing until somebody reacts and the others have rebuilt it: for the time T. A given set
 * of k nodes is then gone at the same time k (1/MTTF) (T/MTTF)^(k-1) times a year: the first k - 1
 * are all missing, and any of the k is the last. Sets that matter are those that share a partition:
 * at most Q times N over k, and at most M over k (Cidon et al. 2013, 'Copysets'). Racks that burn
 * down as a whole are not in it, nor is what an operator does.
 */
public record CapacityPlan(double dataBytes, int nodes, Demand demand, Machines machines) {
  /** Of a record beside its value: see {@code CapacityPlanTest}. */
  public static final int RECORD_BYTES = 100;

  /** Of a message beside the record in it. */
  public static final int MESSAGE_BYTES = 100;

  /** 1 + 1/10 + 1/100 and so on: levels, the last of which is full. */
  public static final double LEVELS_AMPLIFICATION = 1.11;

  public static final double MOST_IMBALANCE = 1.05;

  /** Of the disk, for compactions under way. */
  public static final double COMPACTION_SHARE = 0.1;

  /** With fewer copies on a node the promised balance is not kept. */
  public static final int LEAST_COPIES_PER_NODE = 100;

  public static final double LEVEL_RATIO = 10;

  /** Processor time of all nodes: docs/performance.md, 258 connections, N = 3 and R = 2. */
  public static final double PUT_SECONDS = 133e-6;

  public static final double GET_SECONDS = 83e-6;

  private static final double GIBIBYTE = 1L << 30;
  private static final double FIRST_LEVEL_BYTES = GIBIBYTE / 4;
  private static final double WATERMARK_DIVISOR = 20;
  private static final double MOST_NODES = 65_535;

  public CapacityPlan {
    if (nodes < demand.n()) {
      throw new IllegalArgumentException(
          demand.n() + " copies need " + demand.n() + " nodes, not " + nodes);
    }
  }

  /** The plan with the fewest nodes that hold so much. */
  public static CapacityPlan holding(double dataBytes, Demand demand, Machines machines) {
    double full = fullNodes(dataBytes, demand, machines);
    if (full >= MOST_NODES) {
      throw new IllegalArgumentException(
          "that takes " + Quantity.count(full) + " nodes, and a ring has at most 65,535");
    }
    int nodes = (int) Math.max(demand.n(), Math.ceil(full) + 1);
    return new CapacityPlan(dataBytes, nodes, demand, machines);
  }

  /** The plan that fills so many nodes. */
  public static CapacityPlan filling(int nodes, Demand demand, Machines machines) {
    double most = mostDataBytes(nodes, demand, machines);
    return new CapacityPlan(most, nodes, demand, machines);
  }

  private static double fullNodes(double dataBytes, Demand demand, Machines machines) {
    return rawBytes(dataBytes, demand)
        * LEVELS_AMPLIFICATION
        * MOST_IMBALANCE
        / usableBytes(machines);
  }

  private static double mostDataBytes(int nodes, Demand demand, Machines machines) {
    return (nodes - 1) / fullNodes(1, demand, machines);
  }

  private static double rawBytes(double dataBytes, Demand demand) {
    return dataBytes * (1 + RECORD_BYTES / demand.valueBytes()) * demand.n();
  }

  private static double usableBytes(Machines machines) {
    double disk = machines.diskBytes();
    return disk * (1 - COMPACTION_SHARE) - watermarkBytes(disk);
  }

  /** As the node's watch over its disk has it. */
  private static double watermarkBytes(double diskBytes) {
    double mark = Math.clamp(diskBytes / WATERMARK_DIVISOR, GIBIBYTE / 4, 4 * GIBIBYTE);
    return Math.min(mark, diskBytes / 4);
  }

  public double keys() {
    return dataBytes / demand.valueBytes();
  }

  /** All copies, without what the database needs beside them. */
  public double rawBytes() {
    return rawBytes(dataBytes, demand);
  }

  /** Of a node's disk. */
  public double usableBytes() {
    return usableBytes(machines);
  }

  /** How many full nodes the data would take, with nothing to spare. */
  public double fullNodes() {
    return fullNodes(dataBytes, demand, machines);
  }

  /** Whether the data fits, also after the loss of a node. */
  public boolean fits() {
    return dataBytes <= mostDataBytes() * (1 + 1e-9);
  }

  /** How much data so many nodes can hold. */
  public double mostDataBytes() {
    return mostDataBytes(nodes, demand, machines);
  }

  /** On the disk of the fullest node, with all nodes there. */
  public double diskUse() {
    double bytes = rawBytes() * LEVELS_AMPLIFICATION * MOST_IMBALANCE / nodes;
    return bytes / machines.diskBytes();
  }

  /** Q: a power of two with 256 for each node, as far as there can be so many. */
  public int partitions() {
    return Partition.countFor(nodes);
  }

  public double partitionsPerNode() {
    return (double) partitions() / nodes;
  }

  public double copiesPerNode() {
    return partitionsPerNode() * demand.n();
  }

  /** Of one copy of a partition. */
  public double partitionBytes() {
    return rawBytes() / demand.n() / partitions();
  }

  /** Between nodes, where every client goes to a replica. */
  public double directMessagesPerSecond() {
    return demand.putsPerSecond() * 2 * (demand.n() - 1)
        + demand.getsPerSecond() * 2 * (demand.r() - 1);
  }

  /** Between nodes, where clients ask any node. */
  public double forwardedMessagesPerSecond() {
    double replicaShare = (double) demand.n() / nodes;
    return demand.putsPerSecond() * 2 * (demand.n() - 1 + 1 - replicaShare)
        + demand.getsPerSecond() * 2 * (demand.r() - replicaShare);
  }

  /** Between nodes, where every client goes to a replica: a record in every second message. */
  public double networkBytesPerSecond() {
    return directMessagesPerSecond() / 2 * (demand.valueBytes() + 2 * MESSAGE_BYTES);
  }

  /** How many levels a node's data lies in. */
  public int levels() {
    double nodeBytes = rawBytes() / nodes;
    return (int)
        Math.max(1, Math.ceil(Math.log(nodeBytes / FIRST_LEVEL_BYTES) / Math.log(LEVEL_RATIO)));
  }

  public double writeAmplification() {
    return 2 + LEVEL_RATIO / 2 * levels();
  }

  /** By each node, all amplification included. */
  public double diskWrittenBytesPerSecond() {
    double recordBytes = demand.valueBytes() + RECORD_BYTES;
    return demand.putsPerSecond() * demand.n() * recordBytes * writeAmplification() / nodes;
  }

  /** By each node; those that meet the cache do not reach the disk. */
  public double recordReadsPerSecond() {
    return (demand.putsPerSecond() * demand.n() + demand.getsPerSecond() * demand.r()) / nodes;
  }

  /** Of the whole cluster, busy all the time. */
  public double processors() {
    return demand.putsPerSecond() * PUT_SECONDS * demand.n() / 3
        + demand.getsPerSecond() * GET_SECONDS * demand.r() / 2;
  }

  /** Whether the others can take over a lost node's copies. */
  public boolean canLoseOne() {
    return nodes > demand.n();
  }

  /** How many copies of partitions each of the others takes over. */
  public double copiesTakenOver() {
    return Math.ceil(copiesPerNode() / (nodes - 1));
  }

  /** Every other node takes its part, from as many others. */
  public double removeSeconds() {
    return copiesTakenOver() * partitionBytes() / machines.rebuildBytesPerSecond();
  }

  /** One node takes everything. */
  public double replaceSeconds() {
    return rawBytes() / nodes / machines.rebuildBytesPerSecond();
  }

  /** T: how long copies are missing after a loss. */
  public double exposedSeconds() {
    return machines.reactionSeconds() + (canLoseOne() ? removeSeconds() : replaceSeconds());
  }

  /** How many losses leave a partition without max(R, W) copies. */
  public int lossesOfQuorum() {
    return demand.n() - Math.max(demand.r(), demand.w()) + 1;
  }

  /** How many sets of {@code losses} nodes share a partition, at most. */
  public double sharingSets(int losses) {
    return Math.min(partitions() * choose(demand.n(), losses), choose(nodes, losses));
  }

  /** That within a year so many nodes that share a partition are lost at the same time. */
  public double yearlyProbability(int losses) {
    double years = machines.mttfSeconds() / Quantity.YEAR_SECONDS;
    double missing = exposedSeconds() / machines.mttfSeconds();
    double perYear = sharingSets(losses) * losses / years * Math.pow(missing, losses - 1);
    return -Math.expm1(-perYear);
  }

  private static double choose(int from, int count) {
    double ways = 1;
    for (int i = 0; i < count; i++) {
      ways = ways * (from - i) / (i + 1);
    }
    return ways;
  }
}
