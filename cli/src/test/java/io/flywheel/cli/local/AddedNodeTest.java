package io.flywheel.cli.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one more node of a local cluster is made of. */
final class AddedNodeTest {
  @TempDir private Path folder;

  @Test
  void settingsOfTheClusterAreTakenOverAndThoseOfANodeAreNot() {
    String configuration =
        """
        # Written by `flywheel up`, which keeps it from then on: edit it as you like.
        cluster: local
        node: node-1
        zone: {datacenter: dc1,
          rack: r1}
        data: "/somewhere/node-1"
        listen:
          client: 127.0.0.1:7401
          # not the default
          peer: 127.0.0.1:7501
        secret: {file: "/somewhere/secret"}
        seeds: [
        "127.0.0.1:7501"
        ]
        initial-members: [node-1]
        "replication": {n: 3, r: 2, w: 2}
        weight: 3

        namespaces:
          carts: {conflicts: siblings}
          node: {ttl: 1h}
        """;
    assertEquals(
        """
        cluster: local
        secret: {file: "/somewhere/secret"}
        "replication": {n: 3, r: 2, w: 2}
        namespaces:
          carts: {conflicts: siblings}
          node: {ttl: 1h}
        """,
        AddedNode.shared(configuration));
  }

  @Test
  void whoLeftIsNotStartedAgainAndItsNumberIsNotGivenAgain() throws Exception {
    try (var directory = ClusterDirectory.open(folder)) {
      directory.create(new ClusterShape(3, Ports.freeBase(4), 3, 3));
      directory.nodes().getLast().markLeft();
      assertEquals(
          List.of("node-1", "node-2"), directory.nodes().stream().map(NodeFiles::name).toList());
      assertEquals(3, ClusterDirectory.allNodes(folder, folder).size());
    }
  }

  @Test
  void oneIsAddedAtATime() throws Exception {
    try (var _ = ClusterDirectory.turnToAdd(folder)) {
      var refused = assertThrows(ClusterException.class, () -> ClusterDirectory.turnToAdd(folder));
      assertTrue(refused.getMessage().contains("process " + ProcessHandle.current().pid()));
    }
    ClusterDirectory.turnToAdd(folder).close();
    Path nowhere = folder.resolve("nowhere");
    assertThrows(ClusterException.class, () -> ClusterDirectory.turnToAdd(nowhere));
  }

  @Test
  void aNodeThatDidNotComeToJoinIsFoundAgain() throws Exception {
    try (var directory = ClusterDirectory.open(folder)) {
      directory.create(new ClusterShape(2, Ports.freeBase(4), 2, 2));
      assertThrows(ClusterException.class, () -> AddedNode.in(folder, Map.of()), "nobody runs");
      NodeFiles second = directory.nodes().getLast();
      second.markJoining();
      AddedNode found = AddedNode.in(folder, Map.of());
      assertTrue(found.isResumed());
      assertEquals("node-2", found.node().name());
      found.gaveUp();
      assertTrue(second.hasLeft());
      assertFalse(Files.exists(second.joining()));
    }
  }
}
