package io.flywheel.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.Topology;
import io.flywheel.client.Codec;
import io.flywheel.client.Delete;
import io.flywheel.client.Fetched;
import io.flywheel.client.FlywheelClient;
import io.flywheel.client.InvalidRequestException;
import io.flywheel.client.Merges;
import io.flywheel.client.Put;
import io.flywheel.client.Read;
import io.flywheel.client.RequestId;
import io.flywheel.client.RequestObserver.Cause;
import io.flywheel.client.RequestObserver.Observation;
import io.flywheel.client.Store;
import io.flywheel.client.Written;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.ring.Partition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client with a real cluster of three. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ClientTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final NamespaceSettings CAREFUL =
      new NamespaceSettings("careful", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.REFUSE, 0);

  @RegisterExtension
  static final FlywheelExtension FLYWHEEL = FlywheelExtension.ofNodes(3).withNamespaces(CAREFUL);

  private static final Codec<Set<String>> WORDS =
      Codec.utf8()
          .map(
              text -> new TreeSet<>(List.of(text.split(" "))),
              words -> String.join(" ", new TreeSet<>(words)));

  private Store<String> texts;

  @BeforeEach
  void texts(FlywheelClient client) {
    texts = client.with(Codec.utf8());
  }

  /** Sees what others see, as it remembers nothing. */
  private static FlywheelClient stranger() {
    return FlywheelClient.builder()
        .addresses(FLYWHEEL.addresses().get(1))
        .timeout(LONG)
        .rememberedContexts(0)
        .build();
  }

  private static List<String> siblings(Fetched<String> fetched) {
    return fetched.siblings().stream().sorted().toList();
  }

  @Test
  void putsGetsAndDeletes(FlywheelClient client) {
    byte[] bytes = "1".getBytes(UTF_8);
    Written written = client.put("a", bytes, Put.w(3).pw(2).contentType("text/x").timeout(LONG));
    assertEquals(3, written.receipt().copies());
    assertTrue(written.receipt().primaries() >= 2);
    Fetched<byte[]> got = client.get("a", Read.quorum().pr(1));
    assertArrayEquals(bytes, got.value());
    assertEquals("text/x", got.versions().getFirst().contentType());
    assertTrue(got.receipt().primaries() >= 2);
    client.delete("a");
    Fetched<byte[]> gone = client.get("a");
    assertTrue(gone.isEmpty());
    assertFalse(gone.context().isEmpty());
    assertTrue(client.get("never").context().isEmpty());
  }

  @Test
  void putsOfOneClientReplaceEachOtherAndThoseOfTwoStandSideBySide() {
    try (var other = stranger()) {
      texts.put("side", "1");
      texts.put("side", "2");
      assertEquals("2", texts.get("side").value());
      other.with(Codec.utf8()).put("side", "3");
      texts.put("side", "4");
      assertEquals(List.of("3", "4"), siblings(other.with(Codec.utf8()).get("side")));
      assertEquals(List.of("3", "4"), siblings(texts.get("side")));
      texts.put("side", "merged");
      assertEquals("merged", texts.get("side").value());
      texts.put("side", "blind", Put.blind());
      assertEquals(List.of("blind", "merged"), siblings(texts.get("side")));
    }
  }

  @Test
  void aDeletionOfWhatWasReadLeavesWhatWasNot() {
    Written first = texts.put("deleted", "1");
    texts.put("deleted", "2", Put.blind());
    texts.delete("deleted", Delete.context(first.context()));
    assertEquals("2", texts.get("deleted").value());
  }

  @Test
  void theSameIdIsOneWriteThroughAnyNode() {
    var id = RequestId.random();
    for (String address : FLYWHEEL.addresses()) {
      try (var client = FlywheelClient.builder().addresses(address).timeout(LONG).build()) {
        client.with(Codec.utf8()).put("once", "1", Put.blind().requestId(id).w(3));
      }
    }
    assertEquals(List.of("1"), texts.get("once", Read.r(3)).siblings());
    var reused =
        assertThrows(
            InvalidRequestException.class, () -> texts.put("once", "2", Put.blind().requestId(id)));
    assertEquals("idempotency-key-reused", reused.reason());
  }

  @Test
  void updatesThatContendLoseNothing() throws Exception {
    int writers = 6;
    int each = 10;
    try (var other = stranger();
        var threads = Executors.newFixedThreadPool(writers)) {
      List<Store<Set<String>>> stores = List.of(texts.with(WORDS), other.with(WORDS));
      List<Future<?>> done = new ArrayList<>();
      Set<String> expected = new TreeSet<>();
      for (int writer = 0; writer < writers; writer++) {
        Store<Set<String>> store = stores.get(writer % stores.size());
        List<String> words = new ArrayList<>();
        for (int i = 0; i < each; i++) {
          words.add(writer + "-" + i);
        }
        expected.addAll(words);
        done.add(threads.submit(() -> words.forEach(word -> add(store, word))));
      }
      for (Future<?> writer : done) {
        writer.get();
      }
      Fetched<Set<String>> end = texts.with(WORDS).get("contended");
      assertEquals(expected, end.merged(Merges.union()).orElseThrow());
    }
  }

  private static void add(Store<Set<String>> store, String word) {
    store.update(
        "contended",
        Merges.union(),
        words -> {
          Set<String> more = words == null ? new TreeSet<>() : new TreeSet<>(words);
          more.add(word);
          return more;
        },
        Put.timeout(LONG));
  }

  @Test
  void namespacesKeepTheirRules(FlywheelClient client) {
    Store<String> last = client.namespace("lww").with(Codec.utf8());
    last.put("a", "1");
    last.put("a", "2", Put.blind());
    assertEquals("2", last.get("a").value());
    assertTrue(texts.get("a-of-lww").isEmpty());
    Store<String> careful = client.namespace("careful").with(Codec.utf8());
    careful.update("c", "0", Merges.maximum(), text -> text + "1");
    var blind =
        assertThrows(InvalidRequestException.class, () -> careful.put("c", "2", Put.blind()));
    assertEquals("context-required", blind.reason());
    careful.put("c", "2");
    var unknown =
        assertThrows(InvalidRequestException.class, () -> client.namespace("none").get("a"));
    assertEquals("unknown-namespace", unknown.reason());
    var badW = assertThrows(InvalidRequestException.class, () -> texts.put("a", "1", Put.w(4)));
    assertEquals("w", badW.field());
    assertEquals("key", assertThrows(InvalidRequestException.class, () -> texts.get(".")).field());
  }

  @Test
  void aValueThatIsTooLargeEndsNothingButItsOwnPut(FlywheelClient client) {
    byte[] largest = new byte[1 << 20];
    client.put("large", largest, Put.timeout(LONG));
    assertEquals(largest.length, client.get("large", Read.timeout(LONG)).value().length);
    for (int bytes : List.of(largest.length + 1, 20 << 20)) {
      var other = texts.putAsync("beside-" + bytes, "1");
      var refused =
          assertThrows(
              InvalidRequestException.class,
              () -> client.put("large", new byte[bytes], Put.timeout(LONG)));
      assertEquals("value-too-large", refused.reason());
      other.join();
    }
    assertTrue(client.get("large").value().length > 0);
  }

  @Test
  void aValueEndsWithItsTime() {
    texts.put("brief", "1", Put.ttl(Duration.ofMillis(50)));
    while (!texts.get("brief").isEmpty()) {
      Thread.onSpinWait(); // The test's timeout bounds it.
    }
  }

  /** As the nodes themselves reckon it. */
  private static String firstReplica(Topology topology, String key) {
    int partition = Partition.of(Key.of("default", key), topology.getPartitions()).index();
    return topology.getNodes(topology.getReplicas(partition * topology.getN())).getAddress();
  }

  private static Topology topology() throws InterruptedException {
    var channel = NettyChannelBuilder.forTarget(FLYWHEEL.addresses().getFirst()).usePlaintext();
    var connected = channel.build();
    try {
      return KeyValueGrpc.newBlockingStub(connected)
          .getTopology(GetTopologyRequest.getDefaultInstance());
    } finally {
      connected.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void requestsGoToTheFirstReplica() throws Exception {
    Topology topology = topology();
    var asked = new AtomicReference<String>();
    var builder = FlywheelClient.builder().addresses(FLYWHEEL.addresses().get(2)).timeout(LONG);
    try (var client = builder.observer((operation, namespace, key) -> first(asked)).build()) {
      while (!firstReplica(topology, "key-0").equals(asked.get())) {
        client.get("key-0"); // Nobody waits for the ring; the test's timeout bounds it.
      }
      for (int i = 1; i < 100; i++) {
        String key = "key-" + i;
        client.get(key);
        assertEquals(firstReplica(topology, key), asked.get());
      }
    }
  }

  private static Observation first(AtomicReference<String> asked) {
    return new Observation() {
      @Override
      public void sent(String node, Cause cause) {
        if (cause == Cause.FIRST) {
          asked.set(node);
        }
      }
    };
  }

  @Test
  void manyAreUnderWayAtOnce(FlywheelClient client) {
    Store<String> slow = client.with(Codec.utf8());
    List<CompletableFuture<Written>> puts = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      puts.add(slow.putAsync("many-" + i, "v" + i, Put.timeout(LONG)));
    }
    CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();
    List<CompletableFuture<Fetched<String>>> gets = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      gets.add(slow.getAsync("many-" + i, Read.timeout(LONG)));
    }
    for (int i = 0; i < 1_000; i++) {
      assertEquals("v" + i, gets.get(i).join().value());
    }
  }
}
