package io.flywheel.core.coordinate;

import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.Ring;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What a coordinator sees of the cluster: who replicates a key, who is alive, how to reach them.
 */
public final class Peers {
  /** Hands a message to the network. */
  @FunctionalInterface
  public interface Courier {
    void send(NodeId to, Message message);
  }

  private final NodeId self;
  private final Ring ring;
  private final MembershipTable table;
  private final Courier courier;
  private final List<Partition> owned;

  public Peers(NodeId self, Ring ring, MembershipTable table, Courier courier) {
    this.self = self;
    this.ring = ring;
    this.table = table;
    this.courier = courier;
    this.owned = ring.partitionsOf(self);
  }

  public NodeId self() {
    return self;
  }

  public Ring ring() {
    return ring;
  }

  /** The partitions that this node owns a copy of, ascending. */
  public List<Partition> ownedPartitions() {
    return owned;
  }

  /** The nodes that own the key, in the order of its preference list. */
  public List<NodeId> primaries(Key key) {
    return ring.preferenceList(ring.partition(key)).primaries();
  }

  /** At most n live nodes: primaries, and stand-ins for those that are not alive. */
  public List<Replica> replicas(Key key, long monotonicMillis) {
    return ring.preferenceList(ring.partition(key)).among(node -> isAlive(node, monotonicMillis));
  }

  /** Every node that is no primary of the key, in the order in which they stand in. */
  public Iterator<NodeId> fallbacks(Key key) {
    return ring.preferenceList(ring.partition(key)).fallbacks().iterator();
  }

  public boolean isMember(NodeId node) {
    return table.contains(node);
  }

  public boolean isPrimary(NodeId node, Key key) {
    return ring.owns(node, ring.partition(key));
  }

  public boolean isReplica(Key key) {
    return ring.owns(self, ring.partition(key));
  }

  public boolean isAlive(NodeId node, long monotonicMillis) {
    return table.isAlive(node, monotonicMillis);
  }

  /** Whether a node has not said of itself that others should be asked first. */
  public boolean isWell(NodeId node) {
    return table.isWell(node);
  }

  public int countAlive(List<NodeId> nodes, long monotonicMillis) {
    int alive = 0;
    for (NodeId node : nodes) {
      if (isAlive(node, monotonicMillis)) {
        alive++;
      }
    }
    return alive;
  }

  /**
   * The same nodes: this one first, then the live ones, those that say they are unwell after the
   * others, then the rest, each in their order.
   */
  public List<NodeId> nearestFirst(List<NodeId> nodes, long monotonicMillis) {
    var sorted = new ArrayList<NodeId>(nodes.size());
    var unwell = new ArrayList<NodeId>();
    var rest = new ArrayList<NodeId>();
    for (NodeId node : nodes) {
      if (node.equals(self)) {
        sorted.addFirst(node);
      } else if (isAlive(node, monotonicMillis)) {
        (isWell(node) ? sorted : unwell).add(node);
      } else {
        rest.add(node);
      }
    }
    sorted.addAll(unwell);
    sorted.addAll(rest);
    return sorted;
  }

  /** A request to {@code node} was not answered since then. */
  public void unanswered(NodeId node, long sinceMillis, long nowMillis) {
    table.unanswered(node, sinceMillis, nowMillis);
  }

  public void send(NodeId to, Message message) {
    courier.send(to, message);
  }

  /** How many distinct racks these nodes stand in. */
  public int racks(List<NodeId> nodes) {
    var racks = new ArrayList<Zone>(nodes.size());
    for (NodeId node : nodes) {
      var member = table.member(node);
      if (member != null && !racks.contains(member.zone())) {
        racks.add(member.zone());
      }
    }
    return racks.size();
  }
}
