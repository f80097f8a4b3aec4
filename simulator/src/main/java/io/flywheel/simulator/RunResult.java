package io.flywheel.simulator;

import io.flywheel.simulator.check.Findings.Finding;
import io.flywheel.simulator.check.Upkeep;
import io.flywheel.simulator.world.Fault;
import java.util.List;
import java.util.Map;

/**
 * What one seed came to.
 *
 * @param traceHash of everything that happened
 * @param virtualMicros how long it took, by the simulated time
 * @param faults how often each fault happened
 * @param upkeep what was done that nobody waits for
 */
public record RunResult(
    long seed,
    SwarmOptions options,
    String traceHash,
    long events,
    long virtualMicros,
    int operations,
    Map<Fault, Integer> faults,
    Upkeep upkeep,
    List<Finding> findings) {
  public boolean isClean() {
    return findings.isEmpty();
  }
}
