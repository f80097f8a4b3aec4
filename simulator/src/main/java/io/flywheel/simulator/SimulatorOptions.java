package io.flywheel.simulator;

/**
 * What to simulate.
 *
 * @param firstSeed the first seed; the others follow it one by one
 * @param seeds how many seeds to run
 * @param nodes how many nodes each cluster has; 0 lets each seed draw
 * @param json whether the report is one JSON document, without anything that differs between runs
 * @param mutants whether to plant the known bugs, one after the other, and hunt each
 * @param trace whether every event of a single seed is written to the error stream
 */
public record SimulatorOptions(
    long firstSeed, int seeds, int nodes, boolean json, boolean mutants, boolean trace) {
  public static final int DEFAULT_SEEDS = 500;
  public static final int MOST_NODES = 9;

  public SimulatorOptions {
    if (seeds < 1) {
      throw new IllegalArgumentException("at least one seed, not " + seeds);
    }
    if (nodes < 0 || nodes > MOST_NODES) {
      throw new IllegalArgumentException("1 to " + MOST_NODES + " nodes, not " + nodes);
    }
  }

  public static SimulatorOptions ofSeeds(long firstSeed, int seeds) {
    return new SimulatorOptions(firstSeed, seeds, 0, false, false, false);
  }
}
