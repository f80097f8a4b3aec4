package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Kills real nodes while clients write, for as many cycles as asked, and looks for what was
 * acknowledged and is gone.
 *
 * <p>In a cycle one node, or every fifth time all of them, is killed without warning (SIGKILL)
 * while eight clients write, stays away for a while, and is started again. Then each write that was
 * acknowledged since the cycle before is read; at the end every one of the whole run is. A write
 * that was not acknowledged may be there or not. SIGKILL leaves the page cache alone: this finds
 * what is acknowledged before it left the process and what a recovery drops, not what a disk loses
 * with the power.
 *
 * <p>Its name keeps it out of {@code mvn verify}; {@code ./soak --cycles 100} runs it.
 */
final class KillSoak {
  private static final int NODES = 3;
  private static final int CLIENTS = 8;
  private static final int ALL_EVERY = 5;
  private static final long DEFAULT_CYCLES = 100;

  @Test
  void noAcknowledgedWriteIsLost() throws Exception {
    var options = SoakOptions.ofSystem(Map.of("cycles", DEFAULT_CYCLES));
    int cycles = options.number("cycles");
    Path data = Files.createTempDirectory("flywheel-soak");
    var random = new SplittableRandom(options.seed());
    Soak.say("seed " + options.seed() + ", " + cycles + " cycles, data in " + data);
    int base = Ports.freeBase(NODES);
    try (var cluster = SoakCluster.form(data, new ClusterShape(NODES, base, NODES, 0))) {
      cluster.awaitReady();
      var ledger = new Ledger();
      List<SoakClient> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new SoakClient("client-" + i, cluster.addresses(), ledger, random.split()));
      }
      clients.forEach(SoakClient::start);
      for (int cycle = 1; cycle <= cycles; cycle++) {
        runCycle(cycle, cluster, ledger, random);
      }
      for (SoakClient client : clients) {
        client.finish();
      }
      List<String> lost = ledger.verifyAll(cluster.addresses());
      Soak.say(
          "%d acknowledged, not acknowledged %s, %d lost"
              .formatted(ledger.acknowledged(), ledger.others(), lost.size()));
      assertEquals(List.of(), lost);
    }
    Soak.delete(data);
  }

  private static void runCycle(
      int cycle, SoakCluster cluster, Ledger ledger, SplittableRandom random)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Soak.pause(random.nextLong(200, 1_500));
    List<Integer> victims =
        cycle % ALL_EVERY == 0 ? List.of(0, 1, 2) : List.of(random.nextInt(NODES));
    long before = ledger.acknowledged();
    cluster.kill(victims);
    Soak.pause(random.nextLong(50, 1_000));
    cluster.start(victims);
    cluster.awaitReady();
    List<String> lost = ledger.verifyRecent(cluster.addresses());
    Soak.say(
        ("cycle %d (%.1f s): killed %s; %d acknowledged, %d of them since,"
                + " not acknowledged %s; lost %s")
            .formatted(
                cycle,
                (System.nanoTime() - start) / 1e9,
                victims.stream().map(victim -> "node-" + (victim + 1)).toList(),
                ledger.acknowledged(),
                ledger.acknowledged() - before,
                ledger.others(),
                lost));
    assertEquals(List.of(), lost, "lost in cycle " + cycle);
  }
}
