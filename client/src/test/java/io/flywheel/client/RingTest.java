package io.flywheel.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.flywheel.api.v1.Topology;
import io.flywheel.client.Ring.Member;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RingTest {
  private static Topology.Builder topology(long epoch, int partitions) {
    var topology = Topology.newBuilder().setEpoch(epoch).setPartitions(partitions).setN(1);
    topology.addNodes(node("a", "127.0.0.1:1", true)).addNodes(node("b", "127.0.0.1:2", true));
    for (int i = 0; i < partitions; i++) {
      topology.addReplicas(i % 2);
    }
    return topology;
  }

  private static Topology.Node node(String name, String address, boolean alive) {
    return Topology.Node.newBuilder().setName(name).setAddress(address).setAlive(alive).build();
  }

  /** Worked out apart from any Java: MD5 of the length of the name, the name, the key. */
  @ParameterizedTest
  @CsvSource({
    "default, cart:42, 6, 403, 9",
    "default, greeting, 16, 1076, 26",
    "default, ü, 48, 3129, 76",
    "lww, a, 23, 1474, 35"
  })
  void keysHaveThePartitionsThatNodesGiveThem(
      String namespace, String key, int of64, int of4096, int of100) {
    byte[] bytes = key.getBytes(UTF_8);
    assertEquals(of64, Ring.unknown().learn(topology(1, 64).build()).partition(namespace, bytes));
    assertEquals(
        of4096, Ring.unknown().learn(topology(1, 4096).build()).partition(namespace, bytes));
    assertEquals(of100, Ring.unknown().learn(topology(1, 100).build()).partition(namespace, bytes));
  }

  @Test
  void aHashIsUnsigned() {
    assertEquals(0, Ring.partition(0, 4096));
    assertEquals(2047, Ring.partition(Long.MAX_VALUE, 4096));
    assertEquals(2048, Ring.partition(Long.MIN_VALUE, 4096));
    assertEquals(4095, Ring.partition(-1, 4096));
    assertEquals(65_535, Ring.partition(-1, 65_536));
  }

  @Test
  void beforeAnyRingThereAreNoReplicas() {
    assertFalse(Ring.unknown().isKnown());
    var routes = new Routes(Ring.unknown(), members -> fail());
    assertEquals(List.of(), routes.of("default", new byte[1]));
    assertFalse(Ring.unknown().learn(Topology.getDefaultInstance()).isKnown());
  }

  @Test
  void theSameEpochTellsOnlyWhoLives() {
    Ring ring = Ring.unknown().learn(topology(3, 2).build());
    // Another node numbers them otherwise, and sends no places when nothing has changed.
    var lives =
        Topology.newBuilder()
            .setEpoch(3)
            .addNodes(node("b", "127.0.0.1:2", false))
            .addNodes(node("a", "127.0.0.1:1", true))
            .build();
    Ring now = ring.learn(lives);
    assertEquals(
        List.of(new Member("a", "127.0.0.1:1", true, "")),
        now.replicas(now.partition("default", key(0))));
    assertEquals(
        List.of(new Member("b", "127.0.0.1:2", false, "")),
        now.replicas(now.partition("default", key(1))));
  }

  private static byte[] key(int bit) {
    return (bit == 0 ? "greeting" : "ü").getBytes(UTF_8);
  }

  @Test
  void whatIsOlderOrMalformedIsNoNews() {
    Ring ring = Ring.unknown().learn(topology(3, 2).build());
    assertSame(ring, ring.learn(topology(2, 4).build()));
    assertSame(ring, ring.learn(topology(4, 2).addReplicas(0).build()));
    assertSame(ring, ring.learn(topology(4, 2).setReplicas(1, 7).build()));
    assertEquals(4, ring.learn(topology(4, 2).build()).epoch());
  }

  @Test
  void anAddressThatCannotBeDialledIsNone() {
    for (String address : List.of("", "0.0.0.0:7401", "[::]:7401", "nonsense")) {
      var one = topology(1, 1).setNodes(0, node("a", address, true)).build();
      assertEquals("", Ring.unknown().learn(one).members().get(0).address());
    }
    assertTrue(NodeAddress.isUsable("[::1]:7401"));
    assertEquals("[::1]:7401", NodeAddress.parse("[::1]:7401").toString());
    assertEquals("localhost:1", NodeAddress.parse("localhost:1").toString());
  }
}
