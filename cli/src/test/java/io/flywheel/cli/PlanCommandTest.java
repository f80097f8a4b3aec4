package io.flywheel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanCommandTest {
  @Test
  void aPetabyteIsPlannedWithItsFormulas() {
    Ran ran = Ran.flywheel(words("plan --data 1PB --n 3 --node-disk 10TB --ops 1M --w 2"));
    assertEquals(0, ran.exit(), ran.err());
    // 3.3 PB x 1.1655 / 8.9957 TB = 427.6 full nodes, and one.
    assertTrue(ran.out().contains("\nnodes "), ran.out());
    assertTrue(line(ran, "nodes").startsWith("nodes 429 max(N, ceil(raw x"), ran.out());
    assertTrue(line(ran, "raw-bytes").startsWith("raw-bytes 3.30PB data x N x"), ran.out());
    assertTrue(line(ran, "messages-per-second").contains(" 3,000,000 puts x 2 x"), ran.out());
    assertTrue(line(ran, "partitions").contains(" 65,536 "), ran.out());
    assertTrue(line(ran, "partitions-per-node").contains("256 cannot be had"), ran.out());
  }

  private static String line(Ran ran, String name) {
    return ran.out()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElseThrow()
        .replaceAll(" +", " ");
  }

  @Test
  void programsGetNumbersAndFormulas() throws Exception {
    Ran ran = Ran.flywheel(words("plan --nodes 9 --node-disk 1TB --value-size 100B --json"));
    assertEquals(0, ran.exit(), ran.err());
    JsonNode plan = new ObjectMapper().readTree(ran.out());
    assertTrue(plan.at("/fits").asBoolean());
    assertEquals(9, plan.at("/nodes/value").asInt());
    assertEquals(4096, plan.at("/partitions/value").asInt());
    assertEquals(
        plan.at("/most-data-bytes/value").asDouble(), plan.at("/data-bytes/value").asDouble());
    assertTrue(plan.at("/messages-per-second").isMissingNode());
  }

  @Test
  void whatDoesNotFitIsSaid() {
    Ran ran = Ran.flywheel(words("plan --data 1PB --nodes 100 --node-disk 10TB"));
    assertEquals(1, ran.exit());
    assertTrue(ran.err().contains("1PB do not fit on 100 nodes, which hold 232TB"), ran.err());
    assertTrue(ran.out().contains("disk-use"), ran.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "--data 1XB --node-disk 10TB; '1XB' is no size",
        "--data 1PB --node-disk 10tb; '10tb' is no size",
        "--data 1PB --node-disk 10TB --ops 1Q; '1Q' is no number",
        "--data 1PB --node-disk 10TB --mttf 10; '10' is no time",
        "--data 1PB --node-disk 10TB --rebuild-rate 5MB/m; '5MB/m' is no rate",
        "--data 1PB --node-disk 10TB --read-share 2; '2' is no share",
        "--data 1PB --node-disk 10TB --w 4; --w is 1 to 3",
        "--data 1PB --node-disk 10TB --r 0; --r is 1 to 3",
        "--data 1PB --node-disk 10TB --n 17; --n is 1 to 16",
        "--nodes 2 --node-disk 10TB; 3 copies need 3 nodes",
        "--data 1PB --node-disk 1GB; at most 65,535",
        "--data 1PB; --node-disk",
        "--node-disk 10TB; --data or --nodes"
      })
  void nonsenseIsRefused(String options, String reason) {
    Ran ran = Ran.flywheel(words("plan " + options));
    assertEquals(2, ran.exit(), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains(reason), ran.err());
    assertEquals("", ran.out());
  }

  private static String[] words(String line) {
    return line.split(" ");
  }
}
