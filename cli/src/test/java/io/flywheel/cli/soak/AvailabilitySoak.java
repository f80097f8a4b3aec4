package io.flywheel.cli.soak;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Availability as a figure: of so many puts to five nodes, two copies on disk each, while the nodes
 * die (SIGKILL) and return one at a time, how many are not accepted within a second, one retry
 * allowed. At most one in ten thousand may be. Afterwards no hint is left to pay, and of what was
 * accepted nothing is missing: all that was accepted around a death is read, and a sample of the
 * rest.
 *
 * <p>Its name keeps it out of {@code mvn verify}; {@code ./soak availability --puts 1000000 --rate
 * 3000} runs it.
 */
final class AvailabilitySoak {
  private static final int NODES = 5;
  private static final int COPIES = 3;
  private static final int WARM_UP_PUTS = 20_000;
  private static final double MOST_NOT_ACCEPTED = 0.0001;
  private static final int AROUND_MILLIS = 1_000;
  private static final long SETTLE_MILLIS = TimeUnit.SECONDS.toMillis(60);

  private static final Map<String, Long> OPTIONS =
      Map.of("puts", 20_000L, "rate", 400L, "clients", 64L, "sample", 10_000L);

  private final List<Integer> deathsMillis = new ArrayList<>();
  private final List<Integer> returnsMillis = new ArrayList<>();

  @Test
  void nearlyEveryPutIsAcceptedWithinASecond() throws Exception {
    var options = SoakOptions.ofSystem(OPTIONS);
    Path data = Files.createTempDirectory("flywheel-soak");
    Soak.say("seed %d, %s, data in %s".formatted(options.seed(), options.given(), data));
    var random = new SplittableRandom(options.seed());
    var shape = new ClusterShape(NODES, Ports.freeBase(NODES), COPIES, 0);
    try (var cluster = SoakCluster.form(data, shape)) {
      cluster.awaitReady();
      var warmUp = load(cluster, options, WARM_UP_PUTS, random);
      warmUp.start();
      warmUp.finish();
      Soak.say("warmed up; not accepted meanwhile: " + warmUp.failures());
      int puts = options.number("puts");
      var load = load(cluster, options, puts, random);
      load.start();
      while (!load.isDone()) {
        killOne(cluster, load, random);
      }
      Soak.say(
          "%d puts, %d deaths: %d not accepted within a second (%.4f%%) %s; %d tried twice"
              .formatted(
                  puts,
                  deathsMillis.size(),
                  load.notAccepted(),
                  100.0 * load.notAccepted() / puts,
                  load.failures(),
                  load.retried()));
      Soak.say("accepted within: " + load.latencies());
      Soak.say("not accepted, by the time since a node's death or return: " + moments(load));
      judge(cluster, load, puts, options.number("sample"), random);
    }
    Soak.delete(data);
  }

  private static PutLoad load(
      SoakCluster cluster, SoakOptions options, int puts, SplittableRandom random) {
    int rate = options.number("rate");
    return new PutLoad(cluster.addresses(), puts, rate, options.number("clients"), random.split());
  }

  private void killOne(SoakCluster cluster, PutLoad load, SplittableRandom random)
      throws IOException, InterruptedException {
    Soak.pause(random.nextLong(1_000, 4_000));
    if (load.isDone()) {
      return;
    }
    long since = System.nanoTime();
    List<Integer> victim = List.of(random.nextInt(NODES));
    deathsMillis.add(load.nowMillis());
    cluster.kill(victim);
    Soak.pause(random.nextLong(500, 6_000));
    returnsMillis.add(load.nowMillis());
    cluster.start(victim);
    cluster.awaitReady();
    Soak.say(
        "death %d: node-%d, serving again after %.1f s; accepted %d, not %d %s; hints %s"
            .formatted(
                deathsMillis.size(),
                victim.getFirst() + 1,
                Soak.secondsSince(since),
                load.accepted(),
                load.notAccepted(),
                load.failures(),
                cluster.hints()));
  }

  /** How many failed in which second after what had happened last. */
  private Map<String, Integer> moments(PutLoad load) {
    Map<String, Integer> moments = new TreeMap<>();
    for (int failed : load.failedAtMillis()) {
      int death = last(deathsMillis, failed);
      int back = last(returnsMillis, failed);
      String event = back > death ? "return" : "death";
      int seconds = (failed - Math.max(death, back)) / 1_000;
      moments.merge(event + " +" + seconds + " s", 1, Integer::sum);
    }
    return moments;
  }

  private static int last(List<Integer> times, int before) {
    return times.stream().filter(time -> time <= before).mapToInt(time -> time).max().orElse(0);
  }

  private void judge(
      SoakCluster cluster, PutLoad load, int puts, int sample, SplittableRandom random)
      throws InterruptedException, IOException {
    long since = System.nanoTime();
    boolean paid = Soak.await(SETTLE_MILLIS, () -> cluster.hintsWaiting() == 0);
    Soak.say(
        "hints waiting after %.1f s: %d"
            .formatted(Soak.secondsSince(since), cluster.hintsWaiting()));

    Set<Integer> looked = new TreeSet<>();
    for (int death : deathsMillis) {
      load.acceptedAround(death, AROUND_MILLIS).forEach(looked::add);
    }
    int around = looked.size();
    for (int i = 0; i < sample; i++) {
      int put = random.nextInt(puts);
      if (load.isAccepted(put)) {
        looked.add(put);
      }
    }
    List<String> lost = Lost.of(load, looked, cluster.addresses().getFirst());
    Soak.say(
        "read %d of what was accepted, %d of them around a death: %d lost %s"
            .formatted(looked.size(), around, lost.size(), lost.stream().limit(10).toList()));
    double share = 1.0 * load.notAccepted() / puts;
    assertAll(
        () -> assertEquals(List.of(), lost),
        () -> assertTrue(paid, "hints are paid within " + SETTLE_MILLIS + " ms"),
        () -> assertTrue(share <= MOST_NOT_ACCEPTED, "not accepted: " + share));
  }
}
