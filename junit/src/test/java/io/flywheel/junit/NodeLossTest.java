package io.flywheel.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.client.Codec;
import io.flywheel.client.FlywheelClient;
import io.flywheel.client.Merges;
import io.flywheel.client.RequestObserver.Cause;
import io.flywheel.client.RequestObserver.Observation;
import io.flywheel.client.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node goes and comes back, and nobody who uses the cluster is told. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class NodeLossTest {
  private static final int WRITERS = 3;
  private static final int ENOUGH = 100;

  @RegisterExtension final FlywheelExtension flywheel = FlywheelExtension.ofNodes(3);

  /** How many requests went to each node first. */
  private final Map<String, AtomicInteger> first = new ConcurrentHashMap<>();

  private final AtomicInteger rounds = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  private FlywheelClient client() {
    return FlywheelClient.builder()
        .addresses(flywheel.addresses().toArray(String[]::new))
        .timeout(Duration.ofSeconds(10))
        .ringRefresh(Duration.ofMillis(500))
        .observer(
            (operation, namespace, key) ->
                new Observation() {
                  @Override
                  public void sent(String node, Cause cause) {
                    if (cause == Cause.FIRST) {
                      first.computeIfAbsent(node, name -> new AtomicInteger()).incrementAndGet();
                    }
                  }
                })
        .build();
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait(); // The test's timeout bounds it.
    }
  }

  private int firstAt(String node) {
    AtomicInteger count = first.get(node);
    return count == null ? 0 : count.get();
  }

  private void awaitRounds() {
    int enough = rounds.get() + ENOUGH;
    await(() -> rounds.get() >= enough);
  }

  /** Writes and reads back different keys; the count under each must be what this writer wrote. */
  private void write(Store<String> store, int writer) {
    for (int i = 1; !over.get(); i++) {
      String key = "key-" + writer + "-" + i % 20;
      String value = "%09d".formatted(i);
      store.put(key, value);
      assertEquals(value, store.get(key).merged(Merges.maximum()).orElseThrow());
      rounds.incrementAndGet();
    }
  }

  @Test
  void putsAndGetsGoOn() throws Exception {
    var cluster = flywheel.cluster();
    String second = flywheel.addresses().get(1);
    try (var client = client();
        var threads = Executors.newFixedThreadPool(WRITERS)) {
      Store<String> store = client.with(Codec.utf8());
      List<Future<?>> writers =
          IntStream.range(0, WRITERS)
              .<Future<?>>mapToObj(writer -> threads.submit(() -> write(store, writer)))
              .toList();
      try {
        await(() -> firstAt(second) > 0);
        awaitRounds();
        cluster.stopNode(2);
        awaitRounds();
        cluster.startNode(2);
        cluster.awaitService(2);
        int before = firstAt(second);
        await(() -> firstAt(second) > before + ENOUGH);
        awaitRounds();
      } finally {
        over.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
  }
}
