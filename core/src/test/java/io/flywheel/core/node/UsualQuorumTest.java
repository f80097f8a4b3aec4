package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Answers;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Level;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What requests wait for that do not say, where it is configured by name. */
final class UsualQuorumTest {
  private static final Key KEY = Key.of("default", "k");

  /** Three nodes here and three there, with three copies of each key in both. */
  private static NodesInOneProcess started(Level r, Level w) {
    var zones = new ArrayList<Zone>();
    for (int i = 0; i < 6; i++) {
      zones.add(new Zone(i < 3 ? "dc1" : "dc2", "r" + i));
    }
    var nodes = new NodesInOneProcess(zones, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    var own = nodes.settings();
    var settings =
        new ClusterSettings(
            own.cluster(),
            own.partitions(),
            own.replication(),
            new Quorum(6, Answers.of(r), Answers.of(w)),
            own.records().limits(),
            own.namespaces());
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(machine -> nodes.start(machine, settings));
    nodes.pass(2_000);
    return nodes;
  }

  private static void cutOffTheSecond(NodesInOneProcess nodes) {
    var here = nodes.machines.subList(0, 3).stream().map(machine -> machine.node().id()).toList();
    nodes.cut((from, to) -> here.contains(from) != here.contains(to));
  }

  @Test
  void aLocalQuorumGoesOnOnBothSidesOfACut() {
    var nodes = started(Level.LOCAL_QUORUM, Level.LOCAL_QUORUM);
    cutOffTheSecond(nodes);
    for (Machine at : List.of(nodes.machines.getFirst(), nodes.machines.getLast())) {
      var key = Key.of("default", at.name);
      var written = assertInstanceOf(Written.class, nodes.put(at, key, "v", null));
      assertEquals(1, written.receipt().datacenters());
      assertEquals(List.of("v"), NodeTest.values(nodes.get(at, key, 0)));
      assertInstanceOf(Written.class, nodes.delete(at, key), "it is read first, here alone");
    }
  }

  @Test
  void aRequestThatSaysIsNotHeldToIt() {
    var nodes = started(Level.EACH_QUORUM, Level.LOCAL_QUORUM);
    var one = nodes.machines.getFirst();
    assertInstanceOf(Written.class, nodes.put(one, KEY, "v", null));
    var found = assertInstanceOf(Found.class, nodes.get(one, KEY, 0));
    assertEquals(2, found.receipt().datacenters());
    cutOffTheSecond(nodes);
    assertFalse(nodes.get(one, KEY, 0) instanceof Found);
    assertInstanceOf(Found.class, nodes.get(one, KEY, 2));
    var write = Write.of(Bytes.utf8("v"));
    var four = new ClientRequest.Put(KEY, write, null, 0, 4, 4, null, 1_000);
    assertFalse(nodes.ask(one, four) instanceof Written);
  }

  @Test
  void oneAndAllAreOfAllCopies() {
    var nodes = started(Level.ALL, Level.ONE);
    var one = nodes.machines.getFirst();
    assertInstanceOf(Written.class, nodes.put(one, KEY, "v", null));
    nodes.pass(100);
    var found = assertInstanceOf(Found.class, nodes.get(one, KEY, 0));
    assertEquals(6, found.receipt().primaries());
    var far = nodes.machines.getLast().node().id();
    nodes.cut((from, to) -> from.equals(far) != to.equals(far));
    assertFalse(nodes.get(one, KEY, 0) instanceof Found);
    assertInstanceOf(Written.class, nodes.put(one, KEY, "v", null));
  }
}
