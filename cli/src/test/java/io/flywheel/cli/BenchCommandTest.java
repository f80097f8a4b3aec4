package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.cli.local.Ports;
import io.flywheel.junit.FlywheelExtension;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class BenchCommandTest {
  @RegisterExtension static final FlywheelExtension FLYWHEEL = FlywheelExtension.ofNodes(3);

  @ParameterizedTest
  @CsvSource({
    "--concurrency, 0",
    "--concurrency, 100000",
    "--rate, -1",
    "--keys, 0",
    "--value-bytes, -1",
    "--mix, 1.5",
    "--mix, NaN",
    "--seconds, 200000",
    "--warm-up, -1",
    "--w, 1000",
    "--r, -2",
    "--timeout, 2h",
    "--node, nowhere"
  })
  void nonsenseIsRefused(String option, String value) {
    Ran ran = Ran.flywheel("bench", option, value);
    assertEquals(2, ran.exit(), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains(option), ran.err());
  }

  @Test
  void aClusterThatIsNotThereIsUnavailable() {
    Ran ran = Ran.flywheel("bench", "--node", "127.0.0.1:" + Ports.freeBase(1), "--timeout", "1s");
    assertEquals(4, ran.exit());
    assertEquals("", ran.out());
  }

  @Test
  void asManyRequestsAsAreAnswered() throws Exception {
    JsonNode closed = bench("--mix", "0.9", "--seconds", "1", "--keys", "100");
    long reads = closed.at("/reads/done").asLong();
    assertTrue(reads > closed.at("/writes/done").asLong());
    assertTrue(closed.at("/writes/done").asLong() > 0);
    assertTrue(closed.at("/reads/p50Micros").asLong() > 0);
    assertTrue(closed.at("/reads/p50Micros").asLong() <= closed.at("/reads/maxMicros").asLong());
    assertEquals(0, closed.at("/absent").asLong());
    assertEquals("{}", closed.at("/errors").toString());
  }

  @Test
  void whatIsDueIsSentOrToldOf() throws Exception {
    JsonNode paced = bench("--rate", "50", "--mix", "0", "--seconds", "1");
    assertEquals(50, paced.at("/writes/done").asLong() + paced.at("/overdue").asLong());
    assertEquals(0, paced.at("/reads/done").asLong());
  }

  @Test
  void aTerminalGetsALineASecond() {
    Ran table =
        Ran.run(
            Ran.NO_ENVIRONMENT, "", true, words("--mix", "1", "--seconds", "2", "--keys", "100"));
    assertTrue(table.out().contains("reads p50"), table.out());
    assertTrue(table.out().contains("per-second"), table.out());
  }

  @Test
  void readsOfNothingAreToldOf() throws Exception {
    JsonNode absent = bench("--mix", "1", "--no-fill", "--keys", "100000000", "--seconds", "1");
    assertTrue(absent.at("/reads/done").asLong() > 0);
    assertTrue(absent.at("/reads/done").asLong() - absent.at("/absent").asLong() < 10);
  }

  @Test
  void whatTheNodeRefusesIsUsage() {
    for (String[] option : new String[][] {{"--namespace", "none"}, {"--w", "4"}}) {
      Ran refused = Ran.flywheel(words(option));
      assertEquals(2, refused.exit(), refused.err());
      assertEquals("", refused.out());
    }
  }

  private static String[] words(String... more) {
    String load = "bench --warm-up 0 --timeout 30s --concurrency 4 --node ";
    var usual = Arrays.stream((load + FLYWHEEL.addresses().getFirst()).split(" "));
    return Stream.concat(usual, Arrays.stream(more)).toArray(String[]::new);
  }

  private static JsonNode bench(String... more) throws Exception {
    String[] words =
        Stream.concat(Arrays.stream(words(more)), Stream.of("--json")).toArray(String[]::new);
    Ran ran = Ran.flywheel(words);
    assertEquals("", ran.err());
    assertEquals(0, ran.exit());
    return new ObjectMapper().readTree(ran.out());
  }
}
