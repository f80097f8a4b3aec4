package io.flywheel.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The same seed does the same, byte for byte, wherever it runs. */
final class DeterminismTest {
  private static final int SEEDS = 20;

  @Test
  void theSameSeedLeavesTheSameTraceInThisJvm() {
    assertEquals(TraceHashes.of(1, SEEDS), TraceHashes.of(1, SEEDS));
    assertNotEquals(TraceHashes.of(1, 1), TraceHashes.of(2, 1));
  }

  @Test
  void theSameSeedLeavesTheSameTraceInAnotherJvm() throws IOException, InterruptedException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TraceHashes.class.getName(),
                "1",
                String.valueOf(SEEDS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    assertEquals(TraceHashes.of(1, SEEDS), output);
  }

  @Test
  void aReaderOfTheEventsChangesNothing() {
    var told = new ByteArrayOutputStream();
    var reader = new PrintStream(told, false, StandardCharsets.UTF_8);
    assertEquals(Simulator.run(3, 0, null).traceHash(), Simulator.run(3, 0, reader).traceHash());
    assertNotEquals(0, told.size());
  }

  @Test
  void aReportHasTheSameBytesEachTime() {
    var options = new SimulatorOptions(5, 3, 3, true, false, false);
    assertEquals(report(options), report(options));
  }

  static String report(SimulatorOptions options) {
    var out = new ByteArrayOutputStream();
    var print = new PrintStream(out, false, StandardCharsets.UTF_8);
    Simulator.run(options, print, print);
    return out.toString(StandardCharsets.UTF_8);
  }
}
