package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flywheel.api.v1.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client with nodes that say what a test wants: it goes to replicas, as the ring has them. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class ScriptedRingTest extends TwoScriptedNodes {
  private static final Duration LONG = Duration.ofSeconds(10);

  @Override
  FlywheelClient.Builder builder() {
    return super.builder().timeout(LONG);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait(); // The test's timeout bounds it.
    }
  }

  private Topology topology(long epoch, int... replicas) {
    var topology = Topology.newBuilder().setEpoch(epoch).setPartitions(2).setN(1);
    for (ScriptedNode node : List.of(first, second)) {
      topology.addNodes(
          Topology.Node.newBuilder()
              .setName(node.address())
              .setAddress(node.address())
              .setAlive(true));
    }
    for (int replica : replicas) {
      topology.addReplicas(replica);
    }
    return topology.build();
  }

  @Test
  void requestsGoToAReplicaAndFollowTheRing() {
    List.of(first, second).forEach(node -> node.tells(topology(1, 0, 1)));
    try (var client = builder().ringRefresh(Duration.ofMillis(10)).build()) {
      await(() -> client.cluster().ring().isKnown());
      // The hash of greeting begins with a bit of 0, that of ü with a 1.
      client.get("greeting");
      assertEquals(first.address(), sent.lastFirst().node());
      client.get("ü");
      assertEquals(second.address(), sent.lastFirst().node());
      List.of(first, second).forEach(node -> node.tells(topology(2, 1, 0)));
      await(() -> client.cluster().ring().epoch() == 2);
      client.get("greeting");
      assertEquals(second.address(), sent.lastFirst().node());
      List.of(first, second).forEach(node -> node.tells(topology(1, 0, 1)));
      client.get("greeting", Read.quorum());
      assertEquals(second.address(), sent.lastFirst().node(), "an older ring is no news");
    }
  }

  /** How many replicas there are, the nodes know: it may just have changed. */
  @Test
  void aQuorumIsCountedWhereItIsRead() throws Exception {
    List.of(first, second).forEach(node -> node.tells(topology(1, 0, 0)));
    try (var client = builder().build()) {
      await(() -> client.cluster().ring().isKnown());
      client.get("greeting", Read.quorum().pr(1));
    }
    var get = first.takeRequest().getGet();
    assertEquals(0, get.getR());
    assertEquals(io.flywheel.api.v1.Level.LEVEL_QUORUM, get.getLevel());
    assertEquals(1, get.getPr());
  }

  /** A client that knows where it is goes to replicas there, whoever comes first in their list. */
  @Test
  void nodesOfTheClientsDataCentreAreAskedFirst() throws Exception {
    var both = topology(1, 0, 0).toBuilder().setN(2).clearReplicas();
    both.addAllReplicas(List.of(0, 1, 0, 1));
    both.getNodesBuilder(0).setDatacenter("dc1");
    both.getNodesBuilder(1).setDatacenter("dc2");
    List.of(first, second).forEach(node -> node.tells(both.build()));
    try (var client = builder().datacenter("dc2").build()) {
      await(() -> client.cluster().ring().epoch() == 1);
      client.get("greeting", Read.r(Level.LOCAL_QUORUM));
    }
    assertEquals(
        io.flywheel.api.v1.Level.LEVEL_LOCAL_QUORUM, second.takeRequest().getGet().getLevel());
  }
}
