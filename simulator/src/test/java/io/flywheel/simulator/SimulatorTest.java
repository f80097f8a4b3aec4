package io.flywheel.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Hundreds of clusters, each with its own faults, and nothing is ever violated. */
final class SimulatorTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void seedsOfEveryKindAreClean() {
    int exit = run(SimulatorOptions.ofSeeds(1, 600));
    assertEquals(0, exit, out.toString(StandardCharsets.UTF_8));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("no violation"));
  }

  @Test
  void clustersOfAGivenSizeAreClean() {
    for (int nodes = 1; nodes <= SimulatorOptions.MOST_NODES; nodes += 4) {
      var options = new SimulatorOptions(1_000_000, 20, nodes, false, false, false);
      assertEquals(0, run(options), out.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void oneSeedTellsWhatItWas() {
    run(new SimulatorOptions(1, 1, 0, true, false, false));
    var json = out.toString(StandardCharsets.UTF_8);
    assertTrue(json.contains("\"verdict\": \"clean\""), json);
    assertTrue(json.contains("\"trace\": \""), json);
  }

  @Test
  void impossibleOptionsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> SimulatorOptions.ofSeeds(1, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new SimulatorOptions(1, 1, 10, false, false, false));
  }

  private int run(SimulatorOptions options) {
    var print = new PrintStream(out, false, StandardCharsets.UTF_8);
    return Simulator.run(options, print, print);
  }
}
