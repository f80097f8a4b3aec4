package io.flywheel.cli;

import static io.flywheel.cli.Ran.flywheel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterShape;
import io.flywheel.cli.local.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code flywheel up} refuses before it starts anything. */
final class UpCommandTest {
  private static final int BASE = Ports.freeBase(3);

  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private void formed() throws Exception {
    try (var directory = ClusterDirectory.open(data())) {
      directory.create(new ClusterShape(3, BASE, 3, 2));
    }
  }

  @Test
  void aPortInUseIsNamedTogetherWithTheFlagThatChangesIt() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String base = Integer.toString(other.getLocalPort() - 1);
      Ran ran = flywheel("up", "--nodes", "1", "--base-port", base, "--data", data().toString());
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("port " + other.getLocalPort() + " is in use"), ran.err());
      assertTrue(ran.err().contains("--base-port"), ran.err());
      assertFalse(Files.exists(data().resolve("node-1")), "other ports can still be chosen");
    }
  }

  @Test
  void aSecondUpOnTheSameDataIsRefused() throws Exception {
    try (var held = ClusterDirectory.open(data())) {
      Ran ran = flywheel("up", "--data", data().toString());
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("process " + ProcessHandle.current().pid()), ran.err());
      assertEquals(0, held.nodes().size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--nodes, 5, 'a cluster with 3 nodes'",
    "--n, 2, 'a cluster with 3 copies of each key'",
    "--base-port, 8400, 'as its base port'",
    "--racks, 3, 'a cluster with 2 racks'",
    "--datacenters, 2, 'a cluster with 1 data centres'"
  })
  void flagsThatContradictTheDataAreRefused(String flag, String value, String reason)
      throws Exception {
    formed();
    Ran ran = flywheel("up", "--data", data().toString(), flag, value);
    assertEquals(2, ran.exit());
    assertTrue(ran.err().contains(reason), ran.err());
    assertTrue(ran.err().contains(flag + " " + value), ran.err());
  }

  @Test
  void aConfigurationThatNodesWouldRefuseIsRefusedAtOnce() throws Exception {
    formed();
    Path file = data().resolve("node-2/flywheel.yaml");
    Files.writeString(file, Files.readString(file) + "unheard-of: 1\n");
    Ran ran = flywheel("up", "--data", data().toString());
    assertEquals(1, ran.exit());
    assertTrue(ran.err().contains(file + ":"), ran.err());
    assertTrue(ran.err().contains("unheard-of"), ran.err());
  }

  @Test
  void theEnvironmentReachesTheNodesButMustNotMakeThemShare() throws Exception {
    Map<String, String> environment = Map.of("FLYWHEEL_LISTEN_CLIENT", "127.0.0.1:9999");
    formed();
    Ran ran = Ran.run(environment, "", false, "up", "--data", data().toString());
    assertEquals(1, ran.exit());
    assertTrue(ran.err().contains("node-1 and node-2 would share 127.0.0.1:9999"), ran.err());
  }

  @ParameterizedTest
  @CsvSource({"--nodes 0", "--nodes three", "--n 4", "--racks 0", "--base-port 70000", "surplus"})
  void misuseIsExitTwo(String words) {
    Ran ran = flywheel(("up --data " + data() + " " + words).split(" "));
    assertEquals(2, ran.exit(), ran.err());
    assertTrue(ran.err().matches("flywheel: [^\\n]+\\n"), ran.err());
    assertFalse(Files.exists(data().resolve("node-1")), "nothing was written");
  }

  @Test
  void whoFormsAClusterJoinsNone() throws Exception {
    var shape = new ClusterShape(1, Ports.freeBase(1), 1, 0);
    try (var directory = ClusterDirectory.open(data())) {
      directory.create(shape);
    }
    String file = data().resolve("node-1/flywheel.yaml").toString();
    Ran ran = flywheel("node", "--config", file, "--join");
    assertEquals(2, ran.exit());
    assertTrue(ran.err().contains("initial-members"), ran.err());
  }

  @Test
  void nothingIsAddedWhereThereIsNoClusterThatRuns() throws Exception {
    Ran none = flywheel("add", "--data", data().toString());
    assertEquals(1, none.exit());
    assertTrue(none.err().contains("start one with `flywheel up"), none.err());
    try (var directory = ClusterDirectory.open(data())) {
      directory.create(new ClusterShape(1, Ports.freeBase(1), 1, 0));
    }
    Ran still = flywheel("add", "--data", data().toString());
    assertEquals(1, still.exit());
    assertTrue(still.err().contains("no node of"), still.err());
    assertFalse(Files.exists(data().resolve("node-2")), "nothing was written");
  }

  @Test
  void aNodeWithoutItsConfigurationIsRefused() {
    Ran ran = flywheel("node", "--config", folder.resolve("none.yaml").toString());
    assertEquals(1, ran.exit());
    assertTrue(ran.err().contains("none.yaml"), ran.err());
    assertEquals(2, flywheel("node").exit());
  }
}
