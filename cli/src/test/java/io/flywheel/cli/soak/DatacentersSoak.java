package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.KeptConnection;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Two data centres of three nodes each, three copies of each key in both, and 20 ms from one to the
 * other: what a put takes that asks for a quorum here, or for one in each; whether both sides go on
 * when one is cut off; and whether all replicas are equal when it is back.
 *
 * <p>Its name keeps it out of {@code mvn verify}; {@code ./soak datacenters} runs it.
 */
final class DatacentersSoak {
  private static final int DATACENTERS = 2;
  private static final int NODES = 6;
  private static final int COPIES = 3;
  private static final double MOST_LOCAL_MILLIS = 20;
  private static final long SETTLE_MILLIS = TimeUnit.SECONDS.toMillis(120);

  private static final Map<String, Long> OPTIONS = Map.of("puts", 500L, "way", 20L);

  private record Taken(double leastMillis, double medianMillis) {}

  private final List<String> failures = new ArrayList<>();
  private final List<String> accepted = new ArrayList<>();

  @Test
  void whatIsAskedHereStaysHere() throws Exception {
    var options = SoakOptions.ofSystem(OPTIONS);
    Path data = Files.createTempDirectory("flywheel-soak");
    Soak.say("seed %d, %s, data in %s".formatted(options.seed(), options.given(), data));
    int way = options.number("way");
    int puts = options.number("puts");
    var shape = new ClusterShape(NODES, Ports.freeBase(NODES), COPIES, 0, DATACENTERS);
    try (var distance = new DistantNetwork(NODES, node -> node % DATACENTERS, way, data);
        var cluster = SoakCluster.form(data, shape, distance)) {
      cluster.awaitReady();
      put(cluster, "warm-up", "local_quorum", puts);
      failures.clear();
      Taken local = put(cluster, "near", "local_quorum", puts);
      Taken each = put(cluster, "both", "each_quorum", puts);
      distance.cutOff(1);
      String across = putOnce(cluster, "each_quorum");
      Taken cut = put(cluster, "cut", "local_quorum", puts);
      distance.bringBack();
      long since = System.nanoTime();
      boolean equal =
          Soak.await(SETTLE_MILLIS, () -> Copies.differing(cluster, 0, sample()).isEmpty());
      Soak.say("equal %.1f s after it was brought back".formatted(Soak.secondsSince(since)));
      List<String> differing = Copies.differing(cluster, 1, accepted);
      Soak.say("%d keys accepted, %d differ".formatted(accepted.size(), differing.size()));
      assertAll(
          () -> assertEquals(List.of(), failures, "every put is accepted"),
          () -> assertTrue(equal, "all replicas are equal"),
          () -> assertEquals(List.of(), differing),
          () -> assertTrue(!across.isEmpty(), "nothing crosses the cut"),
          () -> assertTrue(local.medianMillis < MOST_LOCAL_MILLIS, "local_quorum: " + local),
          () -> assertTrue(cut.medianMillis < MOST_LOCAL_MILLIS, "while cut off: " + cut),
          () -> assertTrue(each.leastMillis >= 2 * way, "each_quorum: " + each));
    }
    Soak.delete(data);
  }

  /** Some of those put last, which are the last to arrive. */
  private List<String> sample() {
    return accepted.subList(Math.max(0, accepted.size() - 50), accepted.size());
  }

  /** Why a put through the first node was not accepted; empty if it was. */
  private static String putOnce(SoakCluster cluster, String w) throws IOException {
    try (var connection = new KeptConnection(cluster.addresses().getFirst())) {
      return put(connection, "across", w);
    }
  }

  /** Puts so many keys through all nodes in turn. */
  private Taken put(SoakCluster cluster, String prefix, String w, int puts) throws IOException {
    List<KeptConnection> connections =
        cluster.addresses().stream().map(KeptConnection::new).toList();
    List<Double> taken = new ArrayList<>();
    for (int i = 0; i < puts; i++) {
      String key = prefix + "-" + i;
      long since = System.nanoTime();
      String failure = put(connections.get(i % connections.size()), key, w);
      taken.add(Soak.secondsSince(since) * 1_000);
      if (failure.isEmpty()) {
        accepted.add(key);
      } else {
        failures.add(key + ": " + failure);
      }
    }
    for (KeptConnection connection : connections) {
      connection.close();
    }
    Collections.sort(taken);
    var summary = new Taken(taken.getFirst(), taken.get(taken.size() / 2));
    Soak.say(
        String.format(
            Locale.ROOT,
            "%s: %d puts with W %s, least %.1f ms, p50 %.1f ms, p99 %.1f ms; not accepted: %s",
            prefix,
            puts,
            w,
            summary.leastMillis,
            summary.medianMillis,
            taken.get(taken.size() * 99 / 100),
            failures.stream().limit(5).toList()));
    return summary;
  }

  private static String put(KeptConnection connection, String key, String w) {
    byte[] body = "{\"value\":\"v\"}".getBytes(StandardCharsets.UTF_8);
    try {
      Answer answer = connection.send(Request.of("PUT", "/kv/" + key).json(body).header("W", w));
      return answer.status() == 200 ? "" : "status " + answer.status() + " " + answer.text();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
