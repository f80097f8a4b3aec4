package io.flywheel.server.api;

import io.flywheel.api.v1.Topology;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Ring;
import java.util.HashMap;
import java.util.Map;

/** The ring that is read, for clients that go straight to a replica. */
final class Topologies {
  private Topologies() {}

  static Topology of(NodeView view, long knownEpoch) {
    var topology = Topology.newBuilder();
    Ring ring = view.readRing();
    if (ring == null) {
      return topology.build();
    }
    // The ring's own number goes back when a change is undone; the cluster's epoch never does.
    long epoch = view.changes().epoch();
    topology.setEpoch(epoch);
    Map<NodeId, Integer> places = new HashMap<>();
    for (var member : view.members()) {
      places.put(member.member().id(), places.size());
      topology.addNodes(
          Topology.Node.newBuilder()
              .setName(member.member().name())
              .setAddress(member.member().clientAddress())
              .setAlive(member.state() == Liveness.ALIVE)
              .setDatacenter(member.member().zone().datacenter()));
    }
    if (knownEpoch >= epoch) {
      return topology.build();
    }
    topology.setPartitions(ring.partitions());
    for (int i = 0; i < ring.partitions(); i++) {
      var primaries = ring.preferenceList(new Partition(i)).primaries();
      topology.setN(primaries.size());
      primaries.forEach(id -> topology.addReplicas(place(id, places, topology)));
    }
    return topology.build();
  }

  /** A member of the ring of which this node knows nothing more has no address. */
  private static int place(NodeId id, Map<NodeId, Integer> places, Topology.Builder topology) {
    Integer known = places.get(id);
    if (known != null) {
      return known;
    }
    topology.addNodes(Topology.Node.newBuilder().setName(id.toString()));
    places.put(id, places.size());
    return places.size() - 1;
  }
}
