package io.flywheel.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/**
 * Runs seeds so that coverage can be measured of what they reach of core. Its name keeps it out of
 * {@code mvn verify}; {@code ./coverage --seeds 500} runs it.
 */
final class SeedsUnderMeasurement {
  @Test
  void areClean() {
    var options =
        SimulatorOptions.ofSeeds(
            Long.getLong("coverage.from", 1), Integer.getInteger("coverage.seeds", 500));
    assertEquals(0, Simulator.run(options, System.out, System.err));
  }
}
