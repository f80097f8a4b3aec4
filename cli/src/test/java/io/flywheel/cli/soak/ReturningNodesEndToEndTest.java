package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes are away while others write, and return: what they missed comes to them by itself, whether
 * somebody kept it for them or not. Nobody reads the keys meanwhile.
 */
final class ReturningNodesEndToEndTest {
  private static final int COPIES = 3;
  private static final int KEYS = 300;
  private static final long PAID_MILLIS = TimeUnit.SECONDS.toMillis(60);
  private static final int MOST_REFUSALS = 20;
  private static final long REFUSED_MILLIS = 200;
  private static final long EQUAL_MILLIS = TimeUnit.SECONDS.toMillis(90);

  @TempDir private Path data;

  private final List<String> keys = IntStream.range(0, KEYS).mapToObj(i -> "key-" + i).toList();

  /** Two of five are dead: some keys have all of their primaries, some two, and some only one. */
  @Test
  void hintsBringBackWhatTwoDeadNodesMissed() throws Exception {
    var shape = new ClusterShape(5, Ports.freeBase(5), COPIES, 0);
    try (var cluster = SoakCluster.form(data, shape)) {
      cluster.awaitReady();
      Set<Integer> livingPrimaries = new TreeSet<>();
      for (String key : keys) {
        List<String> primaries = new ArrayList<>(Copies.primaries(cluster, 0, key));
        primaries.removeAll(List.of("node-4", "node-5"));
        livingPrimaries.add(primaries.size());
      }
      assertEquals(new TreeSet<>(List.of(1, 2, 3)), livingPrimaries);

      cluster.kill(List.of(3, 4));
      long standIns = writeAll(cluster.addresses().subList(0, 3));
      assertTrue(standIns > 0, "where two primaries are dead, another node has to stand in");
      Soak.say("hints while two are dead: " + cluster.hints());

      cluster.start(List.of(3, 4));
      cluster.awaitReady();
      long since = System.nanoTime();
      boolean paid = Soak.await(PAID_MILLIS, () -> cluster.hintsWaiting() == 0);
      Soak.say("hints after %.1f s: %s".formatted(Soak.secondsSince(since), cluster.hints()));
      assertTrue(paid, "hints wait for longer than a minute: " + cluster.hints());
      awaitEqual(cluster, since, PAID_MILLIS);
    }
  }

  /** With hinting off nobody keeps anything for the dead node: anti-entropy alone is left. */
  @Test
  void antiEntropyBringsBackWhatNobodyKept() throws Exception {
    var shape = new ClusterShape(3, Ports.freeBase(3), COPIES, 0);
    Map<String, String> settings = Map.of("FLYWHEEL_HINTS_LIMIT", "0");
    try (var cluster = SoakCluster.form(data, shape, null, settings)) {
      cluster.awaitReady();
      cluster.kill(List.of(2));
      writeAll(cluster.addresses().subList(0, 2));
      assertEquals(List.of(0L, 0L, -1L), cluster.hints());

      cluster.start(List.of(2));
      cluster.awaitReady();
      awaitEqual(cluster, System.nanoTime(), EQUAL_MILLIS);
    }
  }

  /**
   * Every one has to be accepted, at the first attempt unless the node says that it is too busy;
   * answers how many copies are by nodes that stand in.
   */
  private long writeAll(List<NodeAddress> living) throws IOException, InterruptedException {
    long standIns = 0;
    long slowestNanos = 0;
    for (int i = 0; i < keys.size(); i++) {
      byte[] json = "{\"value\":\"kept\"}".getBytes(StandardCharsets.UTF_8);
      Request put = Request.of("PUT", "/kv/" + keys.get(i)).json(json).header("W", "2");
      long since = System.nanoTime();
      var node = new NodeClient(living.get(i % living.size()));
      Answer answer = node.send(put);
      for (int again = 0; isTooBusy(answer) && again < MOST_REFUSALS; again++) {
        // As five nodes may be that have just started on two processors.
        Soak.pause(REFUSED_MILLIS);
        answer = node.send(put);
      }
      slowestNanos = Math.max(slowestNanos, System.nanoTime() - since);
      assertEquals(200, answer.status(), answer.text());
      Json receipt = answer.json().get("receipt");
      standIns += receipt.get("fallbacks").integer();
    }
    Soak.say(
        "%d writes accepted, %d copies by nodes that stand in, the slowest took %.0f ms"
            .formatted(keys.size(), standIns, slowestNanos / 1e6));
    return standIns;
  }

  private static boolean isTooBusy(Answer answer) {
    return answer.status() == 503 && answer.text().contains("more comes in than");
  }

  private void awaitEqual(SoakCluster cluster, long since, long millis)
      throws InterruptedException {
    List<String> differing = new ArrayList<>(keys);
    boolean equal =
        Soak.await(
            millis,
            () -> {
              differing.retainAll(Copies.differing(cluster, 0, differing));
              return differing.isEmpty();
            });
    Soak.say("%d keys differ after %.1f s".formatted(differing.size(), Soak.secondsSince(since)));
    assertTrue(equal, () -> "not equal on all primaries: " + differing);
  }
}
