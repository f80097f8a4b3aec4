package io.flywheel.simulator.mutant;

import io.flywheel.simulator.Simulation;
import java.util.function.LongFunction;

/**
 * Runs one seed and names the checker that found something. It crosses from one class loader to
 * another, so its type and what it answers belong to neither.
 */
public final class SeedRunner implements LongFunction<String> {
  @Override
  public String apply(long seed) {
    var findings = new Simulation(seed, 0, null).run().findings();
    return findings.isEmpty()
        ? ""
        : findings.getFirst().checker() + ": " + findings.getFirst().text();
  }
}
