package io.flywheel.cli.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Replication;
import io.flywheel.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a new local cluster is written as, read back by the reader that the nodes use. */
final class ClusterShapeTest {
  private static final Map<String, String> NO_ENVIRONMENT = Map.of();

  private static final int BASE = Ports.freeBase(12);

  @TempDir private Path folder;

  private List<LocalNode> written(ClusterShape shape, String data)
      throws ClusterException, IOException {
    try (var directory = ClusterDirectory.open(folder.resolve(data))) {
      directory.create(shape);
      return new LocalCluster(directory, NO_ENVIRONMENT, line -> {}).nodes();
    }
  }

  @Test
  void nodesAreNumberedInNamesPortsAndDirectories() throws Exception {
    List<LocalNode> nodes = written(new ClusterShape(12, BASE, 3, 0), "data");
    assertEquals(12, nodes.size());
    for (int k = 1; k <= 12; k++) {
      LocalNode node = nodes.get(k - 1);
      assertEquals("node-" + k, node.name());
      assertEquals("127.0.0.1:" + (BASE + k), node.clientAddress().toString());
      assertEquals("127.0.0.1:" + (BASE + 100 + k), node.peerAddress().toString());
      assertEquals(folder.resolve("data/node-" + k), node.configuration().data());
    }
    assertEquals(12, nodes.getFirst().configuration().seeds().size());
    assertEquals(12, nodes.getFirst().configuration().initialMembers().size());
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 2, 2", "3, 3, 2", "5, 3, 2"})
  void copiesFollowTheNodesAndQuorumsAreMajorities(int nodes, int n, int majority)
      throws Exception {
    var shape = new ClusterShape(nodes, BASE, ClusterShape.copiesOf(nodes), 0);
    var quorum = written(shape, "data").getFirst().configuration().settings().quorum();
    assertEquals(n, quorum.n());
    assertEquals(majority, quorum.r());
    assertEquals(majority, quorum.w());
  }

  @Test
  void racksAreDealtRoundRobin() throws Exception {
    List<LocalNode> nodes = written(new ClusterShape(5, BASE, 3, 2), "data");
    assertEquals(
        List.of("r1", "r2", "r1", "r2", "r1"), nodes.stream().map(LocalNode::rack).toList());
  }

  @Test
  void dataCentresAreDealtBeforeTheirRacksAndHaveCopiesOfTheirOwn() throws Exception {
    List<LocalNode> nodes = written(new ClusterShape(7, BASE, 3, 2, 2), "data");
    assertEquals(
        List.of("dc1/r1", "dc2/r1", "dc1/r2", "dc2/r2", "dc1/r1", "dc2/r1", "dc1/r2"),
        nodes.stream().map(node -> node.datacenter() + "/" + node.rack()).toList());
    var settings = nodes.getFirst().configuration().settings();
    assertEquals(Replication.of(Map.of("dc1", 3, "dc2", 3)), settings.replication());
    assertEquals(4, settings.quorum().w());
    assertEquals(4, settings.quorum().r());
  }

  @Test
  void directoriesMayHaveAnyName() throws Exception {
    String odd = "a \"b\" \\ #: {c}";
    ServerConfig config = written(new ClusterShape(1, BASE, 1, 0), odd).getFirst().configuration();
    assertEquals(folder.resolve(odd).resolve("node-1"), config.data());
  }

  @Test
  void theSecretIsTheOwnersAndStays() throws Exception {
    ServerConfig first =
        written(new ClusterShape(1, BASE, 1, 0), "data").getFirst().configuration();
    Path secret = folder.resolve("data/secret");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
    ServerConfig second =
        written(new ClusterShape(1, BASE, 1, 0), "data").getFirst().configuration();
    assertEquals(first.secret(), second.secret());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 7400, 1, 0, 0, --nodes",
    "100, 7400, 3, 0, 0, --nodes",
    "3, 65500, 3, 0, 0, --base-port",
    "3, -1, 3, 0, 0, --base-port",
    "3, 7400, 4, 0, 0, --n",
    "3, 7400, 0, 0, 0, --n",
    "3, 7400, 3, 4, 0, --racks",
    "3, 7400, 1, 0, 4, --datacenters",
    "5, 7400, 3, 0, 2, --n",
    "5, 7400, 2, 3, 2, --racks"
  })
  void impossibleShapesNameTheirFlag(
      int nodes, int base, int n, int racks, int datacenters, String flag) {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ClusterShape(nodes, base, n, racks, datacenters));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(flag), refused.getMessage());
  }
}
