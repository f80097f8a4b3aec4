package io.flywheel.simulator.scale;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Many members on a network that loses some messages and delays all by up to a tenth second, and by
 * more from one data centre to another.
 */
final class GossipCluster {
  private static final int LEAST_DELAY_MILLIS = 1;
  private static final int MOST_DELAY_MILLIS = 100;
  private static final int WAY_MILLIS = 40;

  /** What frames a message on a real connection. */
  private static final int FRAME_BYTES = 12;

  private record Event(long atMillis, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final List<GossipNode> nodes = new ArrayList<>();
  private final Map<NodeId, GossipNode> byId = new HashMap<>();
  private final Map<GossipNode, Long> wakes = new HashMap<>();
  private final Set<NodeId> dead = new HashSet<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final SplittableRandom random;
  private final double lossShare;
  private long nowMillis;
  private long order;
  private long bytesSent;
  private long bytesCrossing;
  private long messagesSent;
  private int largestMessageBytes;
  private final List<String> reports = new ArrayList<>();

  /** {@code datacenters}: how many, each with as many members as the others. */
  GossipCluster(int size, int datacenters, double lossShare, long seed) {
    this.lossShare = lossShare;
    random = new SplittableRandom(seed);
    var members = new ArrayList<Member>(size);
    for (int i = 1; i <= size; i++) {
      var id = new NodeId(random.nextLong());
      String name = "node-" + i;
      var zone = new Zone("dc" + (i % datacenters + 1), "r1");
      members.add(new Member(id, name, name + ":1", name + ":2", zone, 1));
    }
    for (Member member : members) {
      var node = new GossipNode(member, members, this, random.split());
      nodes.add(node);
      byId.put(member.id(), node);
      wakeAt(node, 0);
    }
  }

  long nowMillis() {
    return nowMillis;
  }

  List<GossipNode> nodes() {
    return nodes;
  }

  List<GossipNode> living() {
    return nodes.stream().filter(node -> !dead.contains(node.id())).toList();
  }

  long bytesSent() {
    return bytesSent;
  }

  /** Of them, those from one data centre to another. */
  long bytesCrossing() {
    return bytesCrossing;
  }

  long messagesSent() {
    return messagesSent;
  }

  int largestMessageBytes() {
    return largestMessageBytes;
  }

  List<String> reports() {
    return reports;
  }

  /** It falls silent, and nobody's connection says so. */
  void kill(GossipNode node) {
    dead.add(node.id());
  }

  void reported(GossipNode node, Effect effect) {
    if (effect instanceof Effect.Report report) {
      reports.add(nowMillis + " " + node.id() + " " + report.text());
    }
  }

  void wakeAt(GossipNode node, long atMillis) {
    var planned = wakes.get(node);
    if (planned == null || planned > atMillis) {
      wakes.put(node, atMillis);
      at(atMillis, () -> wake(node, atMillis));
    }
  }

  private void wake(GossipNode node, long atMillis) {
    if (wakes.remove(node, atMillis) && !dead.contains(node.id())) {
      node.wake();
    }
  }

  void send(GossipNode from, NodeId to, Message message) {
    if (dead.contains(from.id())) {
      return;
    }
    var bytes =
        MessageCodec.encode(new Envelope(from.id(), 1, from.nextSequence(), 2, 3, 1, message));
    var target = byId.get(to);
    boolean crosses = target != null && !target.datacenter().equals(from.datacenter());
    bytesSent += bytes.length() + FRAME_BYTES;
    bytesCrossing += crosses ? bytes.length() + FRAME_BYTES : 0;
    messagesSent++;
    largestMessageBytes = Math.max(largestMessageBytes, bytes.length());
    if (random.nextDouble() >= lossShare) {
      long near = random.nextInt(LEAST_DELAY_MILLIS, MOST_DELAY_MILLIS);
      long delay = crosses ? near + WAY_MILLIS : near;
      at(nowMillis + delay, () -> deliver(to, bytes));
    }
  }

  private void deliver(NodeId to, Bytes bytes) {
    var node = byId.get(to);
    if (node == null || dead.contains(to)) {
      return;
    }
    try {
      var envelope = MessageCodec.decode(bytes);
      node.receive(envelope.from(), envelope.message());
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void at(long atMillis, Runnable action) {
    events.add(new Event(Math.max(atMillis, nowMillis), order++, action));
  }

  void pass(long millis) {
    long end = nowMillis + millis;
    var next = events.peek();
    while (next != null && next.atMillis <= end) {
      events.remove();
      nowMillis = next.atMillis;
      next.action.run();
      next = events.peek();
    }
    nowMillis = end;
  }
}
