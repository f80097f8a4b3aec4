package io.flywheel.simulator.scale;

import io.flywheel.core.effect.Table;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.node.NodeConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whole nodes with disks in memory, on a network that takes a millisecond and counts what crosses
 * it. Whatever a node computes takes no time at all.
 */
class WholeNodes {
  static final long WALL_MILLIS = 1_790_000_000_000L;

  private static final long DELAY_MILLIS = 1;

  /** What frames a message on a real connection. */
  private static final int FRAME_BYTES = 12;

  private record Letter(long atMillis, long order, NodeId to, Bytes bytes)
      implements Comparable<Letter> {
    @Override
    public int compareTo(Letter other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final List<ReplicaMachine> machines = new ArrayList<>();
  private final Map<NodeId, ReplicaMachine> byId = new HashMap<>();
  private final PriorityQueue<Letter> letters = new PriorityQueue<>();
  private final TreeMap<String, Long> bytesByKind = new TreeMap<>();
  private long nowMillis = 1_000_000;
  private long order;
  private @Nullable NodeId cutOff;

  /** Starts a node from what is on its disk, and connects it with all others. */
  ReplicaMachine start(
      NodeConfig config, Map<Table, NavigableMap<Bytes, Bytes>> disk, SplittableRandom random) {
    var machine = new ReplicaMachine(this, config, disk, random, now());
    for (ReplicaMachine other : machines) {
      machine.node().peerConnected(now(), other.node().id());
      other.node().peerConnected(now(), machine.node().id());
    }
    machines.add(machine);
    byId.put(machine.node().id(), machine);
    return machine;
  }

  ReplicaMachine machine(int index) {
    return machines.get(index);
  }

  List<ReplicaMachine> machines() {
    return machines;
  }

  Now now() {
    return new Now(WALL_MILLIS + nowMillis, nowMillis);
  }

  long nowMillis() {
    return nowMillis;
  }

  /** From now on nothing gets to this machine or from it. */
  void cutOff(ReplicaMachine machine) {
    cutOff = machine.node().id();
  }

  void reconnect() {
    cutOff = null;
  }

  /** What was sent since the last call, by kind of message, but for those about members. */
  NavigableMap<String, Long> drainBytes() {
    var drained = new TreeMap<>(bytesByKind);
    bytesByKind.clear();
    return drained;
  }

  void send(NodeId to, Envelope envelope) {
    var bytes = MessageCodec.encode(envelope);
    if (!to.equals(cutOff) && !envelope.from().equals(cutOff)) {
      count(envelope.message(), bytes.length() + FRAME_BYTES);
      letters.add(new Letter(nowMillis + DELAY_MILLIS, order++, to, bytes));
    }
  }

  private void count(Message message, long bytes) {
    if (!(message instanceof Message.AboutMembers)) {
      bytesByKind.merge(message.getClass().getSimpleName(), bytes, Long::sum);
    }
  }

  void pass(long millis) {
    long end = nowMillis + millis;
    settle();
    while (nowMillis < end) {
      long next = end;
      for (ReplicaMachine machine : machines) {
        next = Math.min(next, machine.node().nextWakeMillis());
      }
      var letter = letters.peek();
      next = letter == null ? next : Math.min(next, letter.atMillis());
      nowMillis = Math.max(next, nowMillis + 1);
      for (ReplicaMachine machine : machines) {
        if (machine.node().nextWakeMillis() <= nowMillis) {
          machine.node().wake(now());
        }
      }
      deliverDue();
      settle();
    }
  }

  private void deliverDue() {
    var due = new ArrayDeque<Letter>();
    while (!letters.isEmpty() && letters.element().atMillis() <= nowMillis) {
      due.add(letters.remove());
    }
    due.forEach(this::deliver);
  }

  private void deliver(Letter letter) {
    var machine = byId.get(letter.to());
    if (machine != null) {
      try {
        machine.node().receive(now(), MessageCodec.decode(letter.bytes()));
      } catch (MalformedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void settle() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (ReplicaMachine machine : machines) {
        while (machine.node().requestsWait()) {
          machine.node().beginNext(now());
        }
        busy |= machine.carryOut();
      }
    }
  }
}
