package io.flywheel.core.coordinate;

import io.flywheel.core.membership.Mail;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Ownership;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.Ring;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a coordinator sees of the cluster: who replicates a key, who is alive, how to reach them.
 */
public final class Peers {
  private final NodeId self;
  private final Ownership ownership;
  private final Ring ring;
  private final MembershipTable table;
  private final Mail mail;
  private final List<Partition> owned;
  private final BitSet own = new BitSet();
  private final boolean filling;

  /** Those who stand in another data centre; only looked up in. */
  private final Set<NodeId> far = new HashSet<>();

  public Peers(NodeId self, Ownership ownership, MembershipTable table, Mail mail) {
    this.self = self;
    this.ownership = ownership;
    this.ring = ownership.ring();
    this.table = table;
    this.mail = mail;
    this.owned = ownership.partitionsOf(self);
    for (Partition partition : owned) {
      own.set(partition.index());
    }
    this.filling = ownership.fills(self);
    var here = table.member(self);
    for (NodeId node : table.others()) {
      var member = table.member(node);
      if (here != null
          && member != null
          && !member.zone().datacenter().equals(here.zone().datacenter())) {
        far.add(node);
      }
    }
  }

  public NodeId self() {
    return self;
  }

  /** The ring that is read. */
  public Ring ring() {
    return ring;
  }

  public Ownership ownership() {
    return ownership;
  }

  /** The partitions that this node has a copy of, or is to have one of, ascending. */
  public List<Partition> ownedPartitions() {
    return owned;
  }

  /** Of the cluster: who knows another one may go by another ring. */
  public long epoch() {
    return ownership.epoch();
  }

  /** The nodes that answer reads of the key, in the order of its preference list. */
  public List<NodeId> readers(Key key) {
    return ownership.readers(partition(key));
  }

  /** Those that have to have what is written: more than the readers while the ring changes. */
  public List<NodeId> writers(Key key) {
    return ownership.writers(partition(key));
  }

  /** The owners by the ring that is not read; null where they are the readers, as nearly always. */
  public @Nullable List<NodeId> ownersBeside(Key key) {
    return ownership.ownersBeside(partition(key));
  }

  /** At most n live nodes to read from: readers, and stand-ins for those that are not alive. */
  public List<Replica> replicas(Key key, long monotonicMillis) {
    return ownership.preferenceList(partition(key)).among(node -> isAlive(node, monotonicMillis));
  }

  /** Live nodes to write to: all owners, and stand-ins for those that are not alive. */
  public List<Replica> replicasToWrite(Key key, long monotonicMillis) {
    return ownership
        .preferenceList(partition(key))
        .writersAmong(node -> isAlive(node, monotonicMillis));
  }

  /** Those who may stand in for owners of the key. */
  StandIns standIns(Key key) {
    return new StandIns(this, fallbacks(key));
  }

  /** Every node that does not own the key, in the order in which they stand in. */
  public Iterator<NodeId> fallbacks(Key key) {
    return ownership.preferenceList(partition(key)).fallbacks().iterator();
  }

  public boolean isMember(NodeId node) {
    return table.contains(node);
  }

  /** Whether {@code node} has to have what is written under the key. */
  public boolean owns(NodeId node, Key key) {
    return ownership.owns(node, partition(key));
  }

  /** Whether {@code node} owns the key once the ring has changed, and did not before. */
  public boolean gains(NodeId node, Key key) {
    return ownership.gains(node, partition(key));
  }

  /** Whether {@code node} owns the key before the change and after it. */
  public boolean keeps(NodeId node, Key key) {
    return ownership.keeps(node, partition(key));
  }

  /** Whether {@code node} is lost, or is gone and the change that is open gives it up. */
  public boolean isDismissed(NodeId node, long monotonicMillis) {
    var transition = ownership.transition();
    return isLost(node)
        || (transition != null
            && !transition.undone()
            && transition.change().givesUp(node)
            && !isAlive(node, monotonicMillis));
  }

  /** Whether {@code node} never comes back: nothing waits for it. */
  public boolean isLost(NodeId node) {
    return table.isLost(node);
  }

  /** Whether {@code node} owns the key and is yet to get what was written before. */
  public boolean fills(NodeId node, Key key) {
    return ownership.fills(node, partition(key));
  }

  /** Whether this node is yet to get anything that it owns by a ring that is to be. */
  public boolean isFilling() {
    return filling;
  }

  /** Whether this node has to have what is written under the key. */
  public boolean isOwn(Key key) {
    return isOwn(partition(key));
  }

  /** Whether this node has to have what is written in the partition. */
  public boolean isOwn(Partition partition) {
    return own.get(partition.index());
  }

  /** Whether this node answers reads of the key. */
  public boolean isReader(Key key) {
    return ring.owns(self, partition(key));
  }

  private Partition partition(Key key) {
    return ring.partition(key);
  }

  public boolean isAlive(NodeId node, long monotonicMillis) {
    return table.isAlive(node, monotonicMillis);
  }

  /** Whether it is worth asking. Who has left hears nothing of others except their answers. */
  public boolean mayAnswer(NodeId node, long monotonicMillis) {
    return isAlive(node, monotonicMillis) || !isMember(self);
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

  /** Whether a node stands in the data centre of this one. */
  public boolean isNear(NodeId node) {
    return !far.contains(node);
  }

  /** Whether there are members in other data centres. */
  boolean spanDatacenters() {
    return !far.isEmpty();
  }

  /** Whether two nodes stand in one data centre. */
  boolean areNear(NodeId one, NodeId other) {
    return far.isEmpty() || datacenter(one).equals(datacenter(other));
  }

  /** Where a member stands; empty for who is none. */
  public String datacenter(NodeId node) {
    var member = table.member(node);
    return member == null ? "" : member.zone().datacenter();
  }

  /** How many distinct data centres these nodes stand in. */
  public int datacenters(List<NodeId> nodes) {
    var seen = new ArrayList<String>(1);
    for (NodeId node : nodes) {
      var datacenter = datacenter(node);
      if (!seen.contains(datacenter)) {
        seen.add(datacenter);
      }
    }
    return seen.size();
  }

  /**
   * The same nodes: this one first, then the live ones, those in this data centre before others,
   * and those that say they are unwell after all of these, then the rest, each in their order.
   */
  public List<NodeId> nearestFirst(List<NodeId> nodes, long monotonicMillis) {
    var sorted = new ArrayList<NodeId>(nodes.size());
    var distant = new ArrayList<NodeId>(0);
    var unwell = new ArrayList<NodeId>(0);
    var rest = new ArrayList<NodeId>(0);
    for (NodeId node : nodes) {
      if (node.equals(self)) {
        sorted.addFirst(node);
      } else if (!isAlive(node, monotonicMillis)) {
        rest.add(node);
      } else if (!isWell(node)) {
        unwell.add(node);
      } else {
        (isNear(node) ? sorted : distant).add(node);
      }
    }
    sorted.addAll(distant);
    sorted.addAll(unwell);
    sorted.addAll(rest);
    return sorted;
  }

  /** A request to {@code node} was not answered since then. */
  public void unanswered(NodeId node, long sinceMillis, long nowMillis) {
    table.unanswered(node, sinceMillis, nowMillis);
  }

  public void send(NodeId to, Message message) {
    mail.send(to, message);
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
