package io.flywheel.cli;

import io.flywheel.simulator.Simulator;
import io.flywheel.simulator.SimulatorOptions;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Runs the simulator: whole clusters, clients and faults, each from one seed. */
@Command(name = "simulate", description = "Run simulated clusters and look for lost writes.")
final class SimulateCommand implements Callable<Integer> {
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

  @Override
  public Integer call() throws Failure {
    Terminal terminal = main.terminal();
    int status = Simulator.run(options(), terminal.out(), terminal.err());
    terminal.out().flush();
    return status;
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
