package io.flywheel.cli;

import io.flywheel.simulator.Simulator;
import io.flywheel.simulator.SimulatorOptions;
import io.flywheel.simulator.scale.ExchangeExperiment;
import io.flywheel.simulator.scale.GossipExperiment;
import io.flywheel.simulator.scale.JoinExperiment;
import io.flywheel.simulator.scale.RingChart;
import io.flywheel.simulator.scale.RingExperiment;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs the simulator: whole clusters, clients and faults, each from one seed. */
@Command(name = "simulate", description = "Run simulated clusters and look for lost writes.")
final class SimulateCommand implements Callable<Integer> {
  private static final int MEASURED_MEMBERS = 1_000;
  private static final int MEASURED_SEEDS = 5;
  private static final int MEASURED_KEYS = 1_000_000;
  private static final int DIFFERING_KEYS = 100;
  private static final double MEASURED_LOSS = 0.05;

  @ParentCommand private Main main;

  @Option(
      names = "--seeds",
      paramLabel = "COUNT",
      description = "How many seeds to run; " + SimulatorOptions.DEFAULT_SEEDS + " unless given.")
  private @Nullable Integer seeds;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Replay this seed, or begin with it where --seeds is given too.")
  private @Nullable Long seed;

  @Option(
      names = "--nodes",
      paramLabel = "COUNT",
      description = "Nodes of each cluster; drawn from the seed unless given.")
  private int nodes;

  @Option(names = "--mutants", description = "Plant the known bugs, and hunt each of them.")
  private boolean mutants;

  @Option(names = "--trace", description = "Write every event of a seed to standard error.")
  private boolean trace;

  @Option(
      names = "--measure",
      paramLabel = "WHAT",
      description =
          "Print figures instead, in a few minutes: 'gossip' of 10, 100 and 1,000 members,"
              + " 'anti-entropy' of 100 differing keys among 1,000,000, 'ring': placement and"
              + " gossip of 10, 100, 300 and 1,000 nodes, or 'join': one more node for as many,"
              + " which takes a lot of memory (FLYWHEEL_JAVA_OPTS=-Xmx15g for 1,000).")
  private @Nullable String measured;

  @Option(
      names = "--chart",
      paramLabel = "FILE",
      description = "With --measure ring: draw the rings' figures into this file, as SVG.")
  private @Nullable Path chart;

  @Override
  public Integer call() throws Failure, IOException {
    Terminal terminal = main.terminal();
    if (chart != null && !"ring".equals(measured)) {
      throw new Failure(Exit.USAGE, "--chart goes with --measure ring");
    }
    if (measured != null) {
      measure(measured, terminal.out());
      return Exit.DONE.status();
    }
    int status = Simulator.run(options(), terminal.out(), terminal.err());
    terminal.out().flush();
    return status;
  }

  private void measure(String what, PrintStream out) throws Failure, IOException {
    switch (what) {
      case "gossip" -> GossipExperiment.print(out, MEASURED_MEMBERS, MEASURED_SEEDS);
      case "anti-entropy" -> ExchangeExperiment.print(out, MEASURED_KEYS, DIFFERING_KEYS);
      case "ring" -> measureRing(out);
      case "join" -> JoinExperiment.print(out, RingExperiment.SIZES);
      default ->
          throw new Failure(
              Exit.USAGE,
              "--measure 'gossip', 'anti-entropy', 'ring' or 'join', not '" + what + "'");
    }
  }

  private void measureRing(PrintStream out) throws IOException {
    var figures = RingExperiment.print(out);
    if (chart != null) {
      Files.writeString(chart, RingChart.draw(figures));
    }
    out.println();
    GossipExperiment.print(out, RingExperiment.SIZES, MEASURED_LOSS);
  }

  /** Mutants are hunted afresh each time; plain runs are the same for everybody. */
  private long firstSeed() {
    return mutants ? new SecureRandom().nextInt(1, 1_000_000_000) : 1;
  }

  private SimulatorOptions options() throws Failure {
    int count = seed == null ? SimulatorOptions.DEFAULT_SEEDS : 1;
    try {
      return new SimulatorOptions(
          seed == null ? firstSeed() : seed,
          seeds == null ? count : seeds,
          nodes,
          main.wantsJson(),
          mutants,
          trace);
    } catch (IllegalArgumentException e) {
      throw Failure.misused("simulate", e);
    }
  }
}
