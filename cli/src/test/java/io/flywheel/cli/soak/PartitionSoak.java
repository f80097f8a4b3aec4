package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.local.ClusterShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Five real nodes on a network that is cut, both ways and one way, loses packets, while nodes are
 * paused and killed, and clients on all sides go on adding to sets. When all is well again, every
 * element that was acknowledged has to be there.
 *
 * <p>Half of the sets are in the namespace {@code lww}, which keeps the last write alone: the same
 * clients, with the same faults, lose there what the rule discards. That is said, not judged.
 *
 * <p>It needs the right to make network namespaces, and is skipped where that is denied. Its name
 * keeps it out of {@code mvn verify}; {@code ./soak partition} runs it.
 */
final class PartitionSoak {
  private static final int NODES = 5;
  private static final int COPIES = 3;
  private static final int BASE_PORT = 7400;
  private static final int CLIENTS = 10;
  private static final long DEFAULT_SECONDS = 120;
  private static final long SETTLE_MILLIS = TimeUnit.SECONDS.toMillis(60);

  private static final String SIBLINGS = "/kv/set-";
  private static final String LAST_WRITE = "/kv/lww/set-";
  private static final int SETS = 3;

  private final SetLedger ledger = new SetLedger();

  @Test
  void whatWasAcknowledgedOnAnySideIsThereWhenTheSidesMeet() throws Exception {
    var options = SoakOptions.ofSystem(Map.of("seconds", DEFAULT_SECONDS));
    Path data = Files.createTempDirectory("flywheel-soak");
    Soak.say(
        "seed %d, %d seconds, data in %s"
            .formatted(options.seed(), options.number("seconds"), data));
    var random = new SplittableRandom(options.seed());
    try (var network = network();
        var cluster =
            SoakCluster.form(
                data, new ClusterShape(NODES, BASE_PORT, COPIES, 0), network, Map.of())) {
      cluster.awaitReady();
      List<SetClient> clients = clients(cluster.addresses(), random);
      clients.forEach(SetClient::start);
      var faults = new Faults(network, cluster, random.split());
      long since = System.nanoTime();
      while (Soak.secondsSince(since) < options.number("seconds")) {
        faults.next();
      }
      for (SetClient client : clients) {
        client.finish();
      }
      judge(cluster);
    }
    Soak.delete(data);
  }

  private static NamespaceNetwork network() throws IOException {
    try {
      return NamespaceNetwork.create(NODES);
    } catch (IOException e) {
      String reason = "skipped: this needs network namespaces (root, and iproute2): ";
      Soak.say(reason + e.getMessage());
      Assumptions.abort(reason + e.getMessage());
      throw e;
    }
  }

  /** Two for each node, so that each side of each cut has some. */
  private List<SetClient> clients(List<NodeAddress> nodes, SplittableRandom random) {
    List<String> paths =
        IntStream.range(0, SETS)
            .boxed()
            .flatMap(i -> Stream.of(SIBLINGS + i, LAST_WRITE + i))
            .toList();
    List<SetClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SetClient("c" + i, nodes, i % nodes.size(), paths, ledger, random.split()));
    }
    return clients;
  }

  private void judge(SoakCluster cluster) throws IOException, InterruptedException {
    long since = System.nanoTime();
    boolean paid = Soak.await(SETTLE_MILLIS, () -> cluster.hintsWaiting() == 0);
    Soak.say(
        paid
            ? "no hint waits any more after %.1f s".formatted(Soak.secondsSince(since))
            : "%d hints still wait after %.1f s"
                .formatted(cluster.hintsWaiting(), Soak.secondsSince(since)));
    Soak.say("attempts: " + ledger.outcomes());
    // What one node alone took is with its owners by now, or is on its way by anti-entropy.
    Soak.await(SETTLE_MILLIS, () -> missing(cluster.addresses().getFirst()).isEmpty());
    List<String> lost = List.of();
    for (NodeAddress node : cluster.addresses()) {
      lost = missing(node);
      long acknowledged = ledger.acknowledged(SIBLINGS);
      Soak.say(
          "read through %s: %d acknowledged, %d lost".formatted(node, acknowledged, lost.size()));
      if (!lost.isEmpty()) {
        break;
      }
    }
    long acknowledged = ledger.acknowledged(LAST_WRITE);
    int overwritten = ledger.missing(LAST_WRITE, cluster.addresses().getFirst(), COPIES).size();
    Soak.say(
        "for comparison, in namespace lww: %d acknowledged, %d lost (%.1f%%)"
            .formatted(acknowledged, overwritten, 100.0 * overwritten / Math.max(1, acknowledged)));
    assertEquals(List.of(), lost);
    assertEquals(true, paid, "hints are paid within " + SETTLE_MILLIS + " ms");
  }

  private List<String> missing(NodeAddress node) {
    try {
      return ledger.missing(SIBLINGS, node, COPIES);
    } catch (IOException e) {
      return List.of("not all can be read through " + node + ": " + e.getMessage());
    }
  }

  /** One fault after the other, some together, each healed before the next. */
  private final class Faults {
    private final NamespaceNetwork network;
    private final SoakCluster cluster;
    private final SplittableRandom random;
    private int count;

    Faults(NamespaceNetwork network, SoakCluster cluster, SplittableRandom random) {
      this.network = network;
      this.cluster = cluster;
      this.random = random;
    }

    /** Every kind in turn; which nodes it strikes, and for how long, is by chance. */
    void next() throws IOException, InterruptedException {
      Soak.pause(random.nextLong(500, 2_000));
      List<Integer> nodes = shuffled();
      switch (count++ % 7) {
        case 0 -> cut(nodes.subList(0, 2), nodes.subList(2, NODES));
        case 1 -> pause(nodes.subList(0, random.nextInt(1, 3)));
        case 2 -> oneWay(nodes.subList(0, random.nextInt(1, 4)), nodes);
        case 3 -> kill(nodes.subList(0, random.nextInt(1, 3)));
        case 4 -> lose(nodes.subList(0, random.nextInt(1, 4)));
        case 5 -> bridge(nodes);
        default -> cutAndKill(nodes);
      }
    }

    private List<Integer> shuffled() {
      List<Integer> nodes = new ArrayList<>(IntStream.range(0, NODES).boxed().toList());
      Collections.shuffle(nodes, new Random(random.nextLong()));
      return nodes;
    }

    private void cut(List<Integer> side, List<Integer> other)
        throws IOException, InterruptedException {
      network.cut(side, other);
      last("cut: " + side + " | " + other, 4_000, 12_000);
      network.heal();
    }

    private void oneWay(List<Integer> muted, List<Integer> nodes)
        throws IOException, InterruptedException {
      List<Integer> deaf = nodes.subList(muted.size(), NODES);
      network.cutOneWay(muted, deaf);
      last("one way: " + deaf + " do not hear " + muted, 4_000, 10_000);
      network.heal();
    }

    /** Two sides, and one node that sees both. */
    private void bridge(List<Integer> nodes) throws IOException, InterruptedException {
      network.cut(nodes.subList(1, 3), nodes.subList(3, NODES));
      last(
          "bridge %d: %s | %s"
              .formatted(nodes.getFirst(), nodes.subList(1, 3), nodes.subList(3, NODES)),
          4_000,
          10_000);
      network.heal();
    }

    private void lose(List<Integer> struck) throws IOException, InterruptedException {
      String means = "";
      for (int node : struck) {
        means = network.lose(node);
      }
      last("links of " + struck + " lose packets (" + means + ")", 4_000, 10_000);
      network.heal();
    }

    private void pause(List<Integer> struck) throws IOException, InterruptedException {
      for (int node : struck) {
        cluster.pause(node);
      }
      last("paused " + struck, 1_000, 8_000);
      for (int node : struck) {
        cluster.resume(node);
      }
    }

    private void kill(List<Integer> struck) throws IOException, InterruptedException {
      cluster.kill(struck);
      last("killed " + struck, 500, 6_000);
      cluster.start(struck);
      cluster.awaitReady();
    }

    /** A node dies on each side, and the cut heals before they are back. */
    private void cutAndKill(List<Integer> nodes) throws IOException, InterruptedException {
      network.cut(nodes.subList(0, 2), nodes.subList(2, NODES));
      Soak.pause(random.nextLong(500, 3_000));
      List<Integer> struck = List.of(nodes.getFirst(), nodes.getLast());
      cluster.kill(struck);
      last(
          "cut: %s | %s, and killed %s"
              .formatted(nodes.subList(0, 2), nodes.subList(2, NODES), struck),
          2_000,
          6_000);
      network.heal();
      cluster.start(struck);
      cluster.awaitReady();
    }

    private void last(String what, long leastMillis, long mostMillis) throws InterruptedException {
      long millis = random.nextLong(leastMillis, mostMillis);
      Soak.say("%3d. %s, for %.1f s".formatted(count, what, millis / 1e3));
      Soak.pause(millis);
      List<String> unheard =
          IntStream.range(0, NODES).mapToObj(node -> node + " " + cluster.unheard(node)).toList();
      Soak.say(
          "     not heard by each: %s; hints: %s, attempts: %s"
              .formatted(unheard, cluster.hints(), ledger.outcomes()));
    }
  }
}
