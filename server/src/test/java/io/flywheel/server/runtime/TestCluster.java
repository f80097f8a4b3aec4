package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.Rhythm;
import io.flywheel.server.disk.Watermark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A few nodes of one cluster within this process, without the layer that clients speak to. */
final class TestCluster implements AutoCloseable {
  private final Path folder;
  private final boolean durable;
  private final @Nullable Watermark watermark;
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final @Nullable NodeRuntime[] nodes;
  final List<String> ends = new CopyOnWriteArrayList<>();

  private TestCluster(Path folder, int size, boolean durable, @Nullable Watermark watermark) {
    this.folder = folder;
    this.durable = durable;
    this.watermark = watermark;
    nodes = new NodeRuntime[size];
  }

  static TestCluster none() {
    return new TestCluster(Path.of(""), 0, true, null);
  }

  /** Starts so many nodes and waits until all of them serve. */
  static TestCluster start(Path folder, int size, boolean durable) throws IOException {
    return start(new TestCluster(folder, size, durable, null), size);
  }

  /** The same on a disk with a watermark of its own. */
  static TestCluster start(Path folder, int size, Watermark watermark) throws IOException {
    return start(new TestCluster(folder, size, /* durable= */ true, watermark), size);
  }

  private static TestCluster start(TestCluster cluster, int size) throws IOException {
    cluster.addresses.addAll(freeAddresses(size));
    for (int node = 0; node < size; node++) {
      cluster.start(node);
    }
    for (int node = 0; node < size; node++) {
      cluster.awaitServing(node);
    }
    return cluster;
  }

  void start(int node) throws IOException {
    start(node, folder.resolve("node-" + node));
  }

  void start(int node, Path data) throws IOException {
    nodes[node] =
        NodeRuntime.start(
            config(node),
            data,
            addresses.get(node),
            NodeClock.ofMachine(),
            new RecordedEnd(),
            watermark);
  }

  void stop(int node) {
    var running = nodes[node];
    if (running != null) {
      running.drain();
      running.close();
      nodes[node] = null;
    }
  }

  NodeRuntime node(int node) {
    var running = nodes[node];
    if (running == null) {
      throw new IllegalStateException("node " + node + " is not running");
    }
    return running;
  }

  NodeView view(int node) {
    var requests = node(node).requests();
    return requests.eventLoop().submit(requests::view).syncUninterruptibly().getNow();
  }

  /** Until a node serves and sees the other running ones. */
  void awaitServing(int node) {
    long running = Arrays.stream(nodes).filter(Objects::nonNull).count();
    await(
        "node " + node + " serves with " + running + " alive",
        () -> {
          NodeView view = view(node);
          return view.serving()
              && view.members().stream().filter(member -> member.state() == Liveness.ALIVE).count()
                  >= running;
        });
  }

  Outcome put(int node, String key, String value) throws Exception {
    return put(node, key, Bytes.utf8(value));
  }

  Outcome put(int node, String key, Bytes value) throws Exception {
    return request(
            node, new ClientRequest.Put(key(key), Write.of(value), null, 0, 0, 0, null, 10_000))
        .outcome();
  }

  /** Without waiting for what becomes of it. */
  void submitPut(int node, String key, Bytes value) {
    var requests = node(node).requests();
    var put = new ClientRequest.Put(key(key), Write.of(value), null, 0, 0, 0, null, 10_000);
    requests.eventLoop().execute(() -> requests.submit(put, _ -> {}));
  }

  String get(int node, String key) throws Exception {
    return getBytes(node, key).toUtf8();
  }

  Bytes getBytes(int node, String key) throws Exception {
    var outcome = request(node, new ClientRequest.Get(key(key), 0, 0, 10_000)).outcome();
    var found = assertInstanceOf(Outcome.Found.class, outcome);
    assertEquals(1, found.values().size());
    return found.values().getFirst().value();
  }

  Effect.Respond request(int node, ClientRequest request) throws Exception {
    var requests = node(node).requests();
    var answer = new CompletableFuture<Effect.Respond>();
    requests.eventLoop().execute(() -> requests.submit(request, answer::complete));
    return answer.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    for (int node = 0; node < nodes.length; node++) {
      stop(node);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  static List<InetSocketAddress> freeAddresses(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      var addresses = new ArrayList<InetSocketAddress>();
      for (int i = 0; i < count; i++) {
        var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        addresses.add(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort()));
      }
      return addresses;
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  private NodeConfig config(int node) {
    return new NodeConfig(
        "node-" + node,
        Zone.DEFAULT,
        1,
        "127.0.0.1:1",
        "127.0.0.1:" + addresses.get(node).getPort(),
        new ClusterSettings(
            "test", 64, Quorum.majority(Math.min(3, nodes.length)), Limits.DEFAULT, List.of()),
        IntStream.range(0, nodes.length).mapToObj(i -> "node-" + i).toList(),
        addresses.stream().map(address -> "127.0.0.1:" + address.getPort()).toList(),
        durable,
        1L << 30,
        Rhythm.DEFAULT,
        Bytes.utf8("a secret of this test cluster"));
  }

  private static Key key(String text) {
    return new Key("default", Bytes.utf8(text));
  }

  private final class RecordedEnd implements ProcessEnd {
    @Override
    public void abruptly(String reason, Throwable cause) {
      ends.add(reason + ": " + cause);
    }

    @Override
    public void orderly(String reason) {
      ends.add(reason);
    }
  }
}
