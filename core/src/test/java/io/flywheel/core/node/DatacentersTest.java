package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Clusters over several data centres. */
final class DatacentersTest {
  private static final Replication THREE_AND_TWO = Replication.of(Map.of("dc1", 3, "dc2", 2));

  private static NodesInOneProcess started(int inFirst, int inSecond, Replication replication) {
    var zones = new ArrayList<Zone>();
    for (int i = 0; i < inFirst + inSecond; i++) {
      zones.add(new Zone(i < inFirst ? "dc1" : "dc2", "r" + i));
    }
    var nodes = new NodesInOneProcess(zones, replication);
    nodes.hintsLimitBytes = 1 << 20;
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    return nodes;
  }

  @Test
  void eachDataCentreHasItsNumberOfCopies() {
    var nodes = started(4, 3, THREE_AND_TWO);
    var key = Key.of("default", "k");
    assertInstanceOf(Written.class, nodes.put(nodes.machines.getFirst(), key, "v", null));
    nodes.pass(100);
    assertEquals(3, holders(nodes.machines.subList(0, 4), nodes, key));
    assertEquals(2, holders(nodes.machines.subList(4, 7), nodes, key));
  }

  private static long holders(List<Machine> machines, NodesInOneProcess nodes, Key key) {
    return machines.stream()
        .filter(machine -> machine.data.containsKey(nodes.storageKey(key)))
        .count();
  }

  @Test
  void noClusterIsFormedThatCouldNotHoldItsCopies() {
    var nodes = started(3, 1, THREE_AND_TWO);
    for (Machine machine : nodes.machines) {
      var view = machine.node().view(nodes.now());
      assertFalse(view.serving());
      assertEquals(
          "others: 2 replicas in dc2 need 2 members there, and there are 1", view.waitingFor());
    }
  }

  /** Wherever it is coordinated: two of three replicas in its own data centre are enough. */
  @Test
  void aGetAsksNobodyFarAwayWhereTheNearOnesSuffice() {
    var nodes = started(4, 4, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    for (int i = 0; i < 20; i++) {
      var key = Key.of("default", "k" + i);
      nodes.put(nodes.machines.getFirst(), key, "v", null);
      nodes.pass(100);
      for (Machine coordinator : nodes.machines) {
        var asked = new HashSet<NodeId>();
        nodes.hold(
            envelope -> {
              if (envelope.message() instanceof Message.ReplicaGetReply) {
                asked.add(envelope.from());
              }
              return false;
            });
        var outcome = nodes.ask(coordinator, new ClientRequest.Get(key, 2, 0, 1_000));
        assertInstanceOf(Found.class, outcome);
        assertTrue(near(coordinator, nodes).containsAll(asked), "asked far away");
      }
    }
  }

  /** Nor does a put that has to be forwarded leave its data centre before it is coordinated. */
  @Test
  void aPutIsForwardedToANearReplica() {
    var nodes = started(4, 4, Replication.of(Map.of("dc1", 2, "dc2", 2)));
    int forwarded = 0;
    for (int i = 0; i < 20; i++) {
      for (Machine asked : nodes.machines) {
        var key = Key.of("default", "k" + i + " of " + asked.name);
        var coordinators = new HashSet<NodeId>();
        nodes.hold(
            envelope -> {
              if (envelope.message() instanceof Message.ForwardReply) {
                coordinators.add(envelope.from());
              }
              return false;
            });
        assertInstanceOf(Written.class, nodes.put(asked, key, "v", null));
        forwarded += coordinators.size();
        assertTrue(near(asked, nodes).containsAll(coordinators), "forwarded far away");
      }
    }
    assertTrue(forwarded > 0, "some were forwarded");
  }

  /** All replicas are elsewhere: the second is not asked while the first may be on its way. */
  @Test
  void nobodyFarAwayIsGivenUpSoonerThanItCanAnswer() {
    var zones = List.of("dc1", "dc2", "dc3", "dc4").stream().map(dc -> new Zone(dc, "r")).toList();
    var nodes = new NodesInOneProcess(zones, Replication.spread(3));
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    var key = Key.of("default", "k");
    var asked = new ArrayList<NodeId>();
    nodes.hold(
        envelope -> {
          if (envelope.message() instanceof Message.ForwardReply) {
            asked.add(envelope.from());
            return true;
          }
          return false;
        });
    nodes.submit(nodes.stranger(key), put(key, Reach.ANYWHERE));
    nodes.pass(200);
    assertEquals(1, asked.size(), "it has been given up too soon");
    nodes.pass(100);
    assertEquals(2, asked.size(), "it is given up for the next one");
  }

  /** The other data centre is not there: whoever asks only for this one does not notice. */
  @Test
  void aLocalQuorumTakesNobodyElse() {
    var nodes = started(4, 4, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    for (Machine here : List.of(nodes.machines.getFirst(), nodes.machines.getLast())) {
      var near = near(here, nodes);
      nodes.cut((from, to) -> near.contains(from) != near.contains(to));
      for (int i = 0; i < 10; i++) {
        var key = Key.of("default", here.name + i);
        var written = assertInstanceOf(Written.class, nodes.ask(here, put(key, Reach.LOCAL)));
        assertEquals(1, written.receipt().datacenters());
        assertTrue(written.receipt().primaries() + written.receipt().fallbacks() >= 2);
        var found = nodes.ask(here, new ClientRequest.Get(key, 1, 0, Reach.LOCAL, 1_000));
        assertEquals(1, assertInstanceOf(Found.class, found).values().size());
      }
    }
  }

  @Test
  void aQuorumOfEachIsNotToBeHadWithoutTheOther() {
    var nodes = started(3, 3, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    var one = nodes.machines.getFirst();
    var key = Key.of("default", "k");
    var written = assertInstanceOf(Written.class, nodes.ask(one, put(key, Reach.EACH)));
    assertEquals(2, written.receipt().datacenters());
    assertInstanceOf(
        Found.class, nodes.ask(one, new ClientRequest.Get(key, 1, 0, Reach.EACH, 1_000)));
    for (Machine far : nodes.machines.subList(4, 6)) {
      nodes.kill(far);
    }
    assertNotWritten(nodes.ask(one, put(key, Reach.EACH)));
    assertNotFound(nodes.ask(one, new ClientRequest.Get(key, 1, 0, Reach.EACH, 1_000)));
    assertInstanceOf(Written.class, nodes.ask(one, put(key, Reach.LOCAL)));
  }

  private static void assertNotWritten(Outcome outcome) {
    assertFalse(outcome instanceof Written, outcome.toString());
  }

  private static void assertNotFound(Outcome outcome) {
    assertFalse(outcome instanceof Found, outcome.toString());
  }

  /** Two of three replicas here are down, and other nodes here keep their copies. */
  @Test
  void whoStandsInStandsInTheSameDataCentre() {
    var nodes = started(6, 6, Replication.of(Map.of("dc1", 3, "dc2", 3)));
    var key = Key.of("default", "k");
    var here = nodes.machines.subList(0, 6);
    assertInstanceOf(Written.class, nodes.ask(here.getFirst(), put(key, Reach.ANYWHERE)));
    nodes.pass(100);
    var owners = here.stream().filter(m -> m.data.containsKey(nodes.storageKey(key))).toList();
    assertEquals(3, owners.size());
    nodes.kill(owners.get(0));
    nodes.kill(owners.get(1));
    nodes.pass(100);
    var outcome = nodes.ask(owners.get(2), put(key, Reach.LOCAL));
    var written = assertInstanceOf(Written.class, outcome);
    assertTrue(written.receipt().fallbacks() > 0, written.toString());
    nodes.pass(100);
    long there =
        nodes.machines.subList(6, 12).stream()
            .filter(m -> m.data.containsKey(nodes.storageKey(key)))
            .count();
    assertEquals(3, there, "no copy of an owner here is kept there");
  }

  /**
   * The other data centre is away, and a node here keeps a copy for it: that is no copy of here.
   */
  @Test
  void whoKeepsACopyForAnotherDataCentreIsNoPartOfALocalQuorum() {
    var nodes = started(4, 2, Replication.of(Map.of("dc1", 2, "dc2", 2)));
    var key = Key.of("default", "k");
    var here = nodes.machines.subList(0, 4);
    assertInstanceOf(Written.class, nodes.ask(here.getFirst(), put(key, Reach.ANYWHERE)));
    nodes.pass(100);
    nodes.kill(nodes.machines.get(4));
    nodes.kill(nodes.machines.get(5));
    var owners = here.stream().filter(m -> m.data.containsKey(nodes.storageKey(key))).toList();
    assertEquals(2, owners.size());
    var silent = owners.get(1).node().id();
    nodes.hold(
        envelope ->
            envelope.from().equals(silent)
                && (envelope.message() instanceof Message.ReplicaPutReply
                    || envelope.message() instanceof Message.ReplicaGetReply));
    var coordinator = owners.get(0);
    long token = nodes.submit(coordinator, put(key, Reach.LOCAL));
    nodes.pass(100);
    assertFalse(coordinator.responses.containsKey(token), "one of two copies here");
    assertTrue(holders(here, nodes, key) > 2, "somebody keeps copies for the other data centre");
    long read = nodes.submit(coordinator, new ClientRequest.Get(key, 1, 0, Reach.LOCAL, 1_000));
    nodes.pass(200);
    assertFalse(coordinator.responses.containsKey(read), "it may miss what the silent one has");
    nodes.deliverHeld();
    assertInstanceOf(Written.class, nodes.response(coordinator, token).outcome());
    assertInstanceOf(Found.class, nodes.response(coordinator, read).outcome());
  }

  /** A key of which no copy stands here: any majority is as good. */
  @Test
  void withoutACopyHereALocalQuorumIsOneOfAll() {
    var zones =
        List.of(new Zone("dc1", "r"), new Zone("dc2", "r"), new Zone("dc3", "r"), Zone.DEFAULT);
    var nodes = new NodesInOneProcess(zones, Replication.spread(2));
    nodes.machines.forEach(nodes::start);
    nodes.pass(2_000);
    for (int i = 0; i < 10; i++) {
      for (Machine machine : nodes.machines) {
        var key = Key.of("default", machine.name + i);
        var written = nodes.ask(machine, put(key, Reach.LOCAL));
        assertInstanceOf(Written.class, written, written.toString());
      }
    }
  }

  private static ClientRequest put(Key key, Reach reach) {
    var write = Write.of(Bytes.utf8("v"));
    return new ClientRequest.Put(key, write, null, 0, 1, 0, reach, null, 1_000);
  }

  private static Set<NodeId> near(Machine machine, NodesInOneProcess nodes) {
    var near = new HashSet<NodeId>();
    for (Machine other : nodes.machines) {
      if (Objects.equals(other.zone.datacenter(), machine.zone.datacenter())) {
        near.add(other.node().id());
      }
    }
    return near;
  }
}
