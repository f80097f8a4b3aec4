package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.Ports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Three nodes become five and then three again, by the commands that people use, while clients
 * write at a steady rate: what is refused, what moves compared with the least that must, how late
 * answers become, and whether all that was accepted is there afterwards.
 *
 * <p>Its name keeps it out of {@code mvn verify}; {@code ./soak growth} runs it.
 */
final class GrowthSoak {
  private static final int NODES = 5;
  private static final int COPIES = 3;
  private static final int CLIENTS = 16;
  private static final int VALUE_BYTES = 1_000;

  /** What a record has beside its value: an actor, a dot, a request's id, a checksum. */
  private static final int RECORD_BYTES = 72;

  private static final double MOST_REFUSED = 0.001;
  private static final double MOST_MOVED = 1.15;
  private static final long PATIENCE_MILLIS = TimeUnit.MINUTES.toMillis(5);
  private static final long POLL_MILLIS = 250;
  private static final int HOUR_SECONDS = 3_600;

  private static final Map<String, Long> OPTIONS =
      Map.of("keys", 20_000L, "rate", 200L, "seconds", 20L);

  private final String launcher = System.getProperty("soak.launcher", "");
  private final int base = Ports.freeBase(NODES);
  private final List<String> excesses = new ArrayList<>();
  private Path data = Path.of("");
  private int keys;

  @Test
  void threeBecomeFiveAndThreeAgainUnderLoad() throws Exception {
    var options = SoakOptions.ofSystem(OPTIONS);
    data = Files.createTempDirectory("flywheel-soak");
    Soak.say("seed %d, %s, data in %s".formatted(options.seed(), options.given(), data));
    var random = new SplittableRandom(options.seed());
    var up =
        command("up", "--data", data.toString(), "--base-port", "" + base)
            .redirectOutput(data.resolve("up.log").toFile())
            .start();
    try {
      assertTrue(Soak.await(PATIENCE_MILLIS, () -> isReady(up)), "up is ready");
      var filled = load(options.number("keys"), Integer.MAX_VALUE / 2, random);
      filled.start();
      filled.finish();
      keys = filled.accepted();
      int rate = options.number("rate");
      var load = load(rate * HOUR_SECONDS, rate, random);
      load.start();
      Soak.pause(TimeUnit.SECONDS.toMillis(options.number("seconds")));
      int beganMillis = load.nowMillis();
      double before = load.percentileMillis(0.99, 0, beganMillis);
      change(load, true, 3, "add", "--data", data.toString());
      change(load, true, 4, "add", "--data", data.toString());
      change(load, false, 5, "leave", "--yes", "--node", address(5).toString());
      change(load, false, 4, "leave", "--yes", "--node", address(4).toString());
      double during = load.percentileMillis(0.99, beganMillis, load.nowMillis());
      load.stop();
      load.finish();
      judge(filled, load, before, during);
    } finally {
      up.destroy();
      up.waitFor();
    }
    Soak.delete(data);
  }

  private PutLoad load(int puts, int rate, SplittableRandom random) {
    var nodes = List.of(address(1), address(2), address(3));
    return new PutLoad(nodes, puts, rate, CLIENTS, VALUE_BYTES, random.split());
  }

  private NodeAddress address(int node) {
    return NodeAddress.parse("127.0.0.1:" + (base + node));
  }

  private ProcessBuilder command(String... words) {
    List<String> all = new ArrayList<>(List.of(launcher));
    all.addAll(List.of(words));
    return new ProcessBuilder(all).redirectErrorStream(true).redirectInput(new File("/dev/null"));
  }

  private boolean isReady(Process up) {
    assertTrue(up.isAlive(), "up has ended; see " + data);
    try (Stream<String> lines = Files.lines(data.resolve("up.log"))) {
      return lines.anyMatch(line -> line.equals("ready"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs one change to its end, and compares what was fetched with the least there is to move. */
  private void change(PutLoad load, boolean grows, int members, String... words) throws Exception {
    int fromMillis = load.nowMillis();
    int refusedBefore = load.notAccepted();
    Path out = data.resolve("change.log");
    var process = command(words).redirectOutput(out.toFile()).start();
    var moved = new long[NODES];
    while (process.isAlive()) {
      Soak.pause(POLL_MILLIS);
      noteMoved(moved);
    }
    assertEquals(0, process.waitFor(), () -> "see " + out);
    int toMillis = load.nowMillis();
    int after = grows ? members + 1 : members - 1;
    long least = leastBytes(keys + load.accepted(), grows ? after : members);
    double share = 1.0 * Arrays.stream(moved).sum() / least;
    Soak.say(
        "%s: %.1f s; %d bytes fetched, %.3f of the least; refused %d; p99 %.1f ms"
            .formatted(
                String.join(" ", List.of(words).subList(0, 1)),
                (toMillis - fromMillis) / 1e3,
                Arrays.stream(moved).sum(),
                share,
                load.notAccepted() - refusedBefore,
                load.percentileMillis(0.99, fromMillis, toMillis)));
    Soak.say("p99 of each second, ms: " + percentilesOfSeconds(load, fromMillis, toMillis));
    if (share > MOST_MOVED) {
      excesses.add(words[0] + " moved " + share + " of the least");
    }
  }

  private static List<Long> percentilesOfSeconds(PutLoad load, int fromMillis, int toMillis) {
    int second = (int) TimeUnit.SECONDS.toMillis(1);
    return IntStream.iterate(fromMillis, at -> at < toMillis, at -> at + second)
        .mapToObj(at -> Math.round(load.percentileMillis(0.99, at, at + second)))
        .toList();
  }

  /** One of so many members holds its part of all copies. */
  private static long leastBytes(int records, int members) {
    return 1L * records * COPIES * (VALUE_BYTES + RECORD_BYTES) / members;
  }

  /** What each node has fetched for the change that is under way; nothing once it is over. */
  private void noteMoved(long[] moved) {
    for (int node = 1; node <= NODES; node++) {
      try {
        var request = Request.of("GET", "/admin/transfers").answerWithin(1_000);
        Json page = new NodeClient(address(node)).send(request).json();
        long bytes = page.get("ring").get("bytes-done").integer();
        moved[node - 1] = Math.max(moved[node - 1], bytes);
      } catch (IOException e) {
        // It is not there yet, or no longer.
      }
    }
  }

  private void judge(PutLoad filled, PutLoad load, double before, double during)
      throws IOException, InterruptedException {
    int tried = load.accepted() + load.notAccepted();
    double refused = 1.0 * load.notAccepted() / tried;
    Soak.say(
        "%d puts meanwhile, %d refused (%.3f%%) %s; p99 %.1f ms before, %.1f ms during"
            .formatted(tried, load.notAccepted(), 100 * refused, load.failures(), before, during));
    List<String> lost = new ArrayList<>();
    for (PutLoad written : List.of(filled, load)) {
      Set<Integer> accepted = new TreeSet<>();
      IntStream.range(0, written.puts()).filter(written::isAccepted).forEach(accepted::add);
      lost.addAll(Lost.of(written, accepted, address(1)));
      Soak.say("read %d, lost %s".formatted(accepted.size(), lost.stream().limit(10).toList()));
    }
    assertAll(
        () -> assertEquals(List.of(), lost),
        () -> assertEquals(List.of(), excesses),
        () -> assertTrue(refused <= MOST_REFUSED, "refused: " + refused),
        () -> assertTrue(during <= 2 * before, "p99 " + before + " ms, then " + during + " ms"));
  }
}
