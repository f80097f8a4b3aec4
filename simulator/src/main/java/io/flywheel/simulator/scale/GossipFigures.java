package io.flywheel.simulator.scale;

import java.util.List;
import java.util.Locale;

/**
 * What was measured of one cluster, or the worst of several; of bytes and messages, the mean.
 *
 * @param urgentRounds rounds of a second until the last node knew that a disk was full, or no
 *     longer: the mean and the worst of several
 * @param eraRounds the same for an era that some node adopted
 * @param bytesPerNodeAndSecond sent, all told, while nothing happens but eras
 * @param bytesCrossing of these, from one data centre to another
 * @param suspectedMillis until the last node no longer asks a node that died silently
 * @param downMillis until the last node has it for DOWN
 * @param falseAccusations verdicts of DOWN on living nodes, of all clusters
 */
public record GossipFigures(
    int nodes,
    int datacenters,
    double lossShare,
    Rounds urgentRounds,
    Rounds eraRounds,
    double bytesPerNodeAndSecond,
    double bytesCrossing,
    double messagesPerNodeAndSecond,
    int largestMessageBytes,
    long suspectedMillis,
    long downMillis,
    long falseAccusations) {
  public static final String HEADER =
      "nodes  dcs  loss  full disk known (worst)  era known (worst)  2 log2 n  bytes/node/s"
          + "  crossing  messages/node/s  largest  suspect s  down s  false DOWN";

  /** How many rounds it took until the last node knew. */
  public record Rounds(double mean, double worst) {
    static Rounds of(List<Rounds> all) {
      return new Rounds(
          all.stream().mapToDouble(Rounds::mean).average().orElse(0),
          all.stream().mapToDouble(Rounds::worst).max().orElse(0));
    }

    String toText() {
      return String.format(Locale.ROOT, "%.1f (%.1f)", mean, worst);
    }
  }

  /** Of several clusters that differ in their seeds only. */
  static GossipFigures of(List<GossipFigures> all) {
    var first = all.getFirst();
    return new GossipFigures(
        first.nodes,
        first.datacenters,
        first.lossShare,
        Rounds.of(all.stream().map(GossipFigures::urgentRounds).toList()),
        Rounds.of(all.stream().map(GossipFigures::eraRounds).toList()),
        all.stream().mapToDouble(GossipFigures::bytesPerNodeAndSecond).average().orElse(0),
        all.stream().mapToDouble(GossipFigures::bytesCrossing).average().orElse(0),
        all.stream().mapToDouble(GossipFigures::messagesPerNodeAndSecond).average().orElse(0),
        all.stream().mapToInt(GossipFigures::largestMessageBytes).max().orElse(0),
        all.stream().mapToLong(GossipFigures::suspectedMillis).max().orElse(0),
        all.stream().mapToLong(GossipFigures::downMillis).max().orElse(0),
        all.stream().mapToLong(GossipFigures::falseAccusations).sum());
  }

  /** The most rounds that news may take. */
  public double mostRounds() {
    return 2 * Math.log(nodes) / Math.log(2);
  }

  public String toText() {
    return String.format(
        Locale.ROOT,
        "%5d  %3d  %3.0f%%  %23s  %17s  %8.1f  %12.0f  %8.0f  %15.1f  %7d  %9.1f  %6.1f  %10d",
        nodes,
        datacenters,
        lossShare * 100,
        urgentRounds.toText(),
        eraRounds.toText(),
        mostRounds(),
        bytesPerNodeAndSecond,
        bytesCrossing,
        messagesPerNodeAndSecond,
        largestMessageBytes,
        suspectedMillis / 1000.0,
        downMillis / 1000.0,
        falseAccusations);
  }
}
