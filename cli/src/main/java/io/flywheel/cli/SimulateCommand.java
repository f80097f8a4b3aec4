package io.flywheel.cli;

import io.flywheel.simulator.Simulator;
import io.flywheel.simulator.SimulatorOptions;
import io.flywheel.simulator.scale.ExchangeExperiment;
import io.flywheel.simulator.scale.GossipExperiment;
import java.io.PrintStream;
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
          "Print figures instead, in a few minutes: 'gossip' of 10, 100 and 1,000 members, or"
              + " 'anti-entropy' of 100 differing keys among 1,000,000.")
  private @Nullable String measured;

  @Override
  public Integer call() throws Failure {
    Terminal terminal = main.terminal();
    if (measured != null) {
      measure(measured, terminal.out());
      return Exit.DONE.status();
    }
    int status = Simulator.run(options(), terminal.out(), terminal.err());
    terminal.out().flush();
    return status;
  }

  private static void measure(String what, PrintStream out) throws Failure {
    switch (what) {
      case "gossip" -> GossipExperiment.print(out, MEASURED_MEMBERS, MEASURED_SEEDS);
      case "anti-entropy" -> ExchangeExperiment.print(out, MEASURED_KEYS, DIFFERING_KEYS);
      default ->
          throw new Failure(Exit.USAGE, "--measure 'gossip' or 'anti-entropy', not '" + what + "'");
    }
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
      throw new Failure(Exit.USAGE, e.getMessage() + "; see `flywheel simulate --help`", e);
    }
  }
}
