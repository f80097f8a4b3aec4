package io.flywheel.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is not a node, or not one that can be spoken with, at the address of one. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class StrangeNodeTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  /** As a node with too many connections does, or one of another version. */
  @Test
  void whoSpeaksSomethingElseIsLostSoonAndTriedAgain() throws IOException {
    var connections = new AtomicInteger();
    try (var listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        var client =
            FlywheelClient.builder()
                .addresses("127.0.0.1:" + listener.getLocalPort())
                .timeout(Duration.ofSeconds(20))
                .build()) {
      var unused = CompletableFuture.runAsync(() -> serve(listener, connections));
      long start = System.nanoTime();
      assertThrows(FlywheelException.class, () -> client.put("k", VALUE));
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10), "not by its timeout");
      int before = connections.get();
      while (connections.get() == before) {
        assertThrows(FlywheelException.class, () -> client.get("k"));
      }
    }
  }

  /** It may have gone before anybody here has looked at the connection. */
  @Test
  void whoClosesAtOnceIsLostSoonToo() {
    var streams = new ArrayList<NodeStream>();
    var lost = new AtomicInteger();
    var node =
        new Node(
            NodeAddress.parse("127.0.0.1:1"), (address, stream) -> streams.add(stream), () -> {});
    node.send(new RingQuestion(0, topology -> fail(), lost::incrementAndGet));
    var closed = new EmbeddedChannel();
    var unused = closed.close();
    closed.pipeline().addLast(streams.get(0));
    assertEquals(1, lost.get());
    node.send(new RingQuestion(0, topology -> fail(), lost::incrementAndGet));
    assertEquals(2, streams.size(), "and tried again");
  }

  private static void serve(ServerSocket listener, AtomicInteger connections) {
    while (!listener.isClosed()) {
      try (var socket = listener.accept()) {
        connections.incrementAndGet();
        socket.getInputStream().read();
        socket.getOutputStream().write("HTTP/1.1 503 No\r\n\r\n".getBytes(US_ASCII));
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // The listener is closed, or the client has closed first.
      }
    }
  }

  @Test
  void aNameIsLookedUpAndANameWithoutAddressIsNotReached() throws IOException {
    try (var node = ScriptedNode.start()) {
      int port = NodeAddress.parse(node.address()).port();
      try (var client = FlywheelClient.connect("localhost:" + port)) {
        client.put("k", VALUE);
      }
    }
    try (var client =
        FlywheelClient.builder()
            .addresses("no-such-name.invalid:7401")
            .timeout(Duration.ofSeconds(20))
            .build()) {
      var failure = assertThrows(NotDoneException.class, () -> client.put("k", VALUE));
      assertEquals("unreachable", failure.reason());
    }
  }

  /** It must not keep others from being sent. */
  @Test
  @SuppressWarnings("NullAway") // Not every user's compiler looks for nulls.
  void whatCannotBeSentIsNotDone() throws IOException {
    try (var node = ScriptedNode.start();
        var client = FlywheelClient.connect(node.address())) {
      var impossible = client.putAsync("k", VALUE, Put.contentType(null));
      assertThrows(Exception.class, impossible::join);
      client.put("k", VALUE);
    }
  }
}
