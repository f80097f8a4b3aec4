package io.flywheel.simulator.scale;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Three whole nodes, each with a copy of the same many keys, on a network that takes a millisecond
 * and counts what crosses it.
 */
final class ReplicaCluster {
  static final int NODES = 3;

  private static final long WALL_MILLIS = 1_790_000_000_000L;
  private static final long DELAY_MILLIS = 1;
  private static final int VALUE_BYTES = 100;

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
  private final PriorityQueue<Letter> letters = new PriorityQueue<>();
  private final TreeMap<String, Long> bytesByKind = new TreeMap<>();
  private long nowMillis = 1_000_000;
  private long order;
  private int cutOff = NODES;

  ReplicaCluster(int partitions, int keys, SplittableRandom random) {
    var namespace =
        new NamespaceSettings(
            "default",
            NamespaceSettings.Conflicts.SIBLINGS,
            NamespaceSettings.Overflow.REFUSE,
            NamespaceSettings.BlindWrites.ALLOW,
            0);
    var settings =
        new ClusterSettings(
            "scale",
            partitions,
            Quorum.majority(NODES),
            new Limits(1 << 20, 32, 1 << 20),
            List.of(namespace));
    var names = new ArrayList<String>();
    for (int i = 1; i <= NODES; i++) {
      names.add("node-" + i);
    }
    var data = records(keys, random);
    for (String name : names) {
      var config =
          new NodeConfig(
              name,
              Zone.DEFAULT,
              1,
              name + ":1",
              name + ":2",
              settings,
              names,
              List.of(),
              true,
              0, // nothing is kept for others: it is left to anti-entropy
              Rhythm.DEFAULT,
              Bytes.utf8("secret"));
      machines.add(new ReplicaMachine(this, config, new TreeMap<>(data), random.split(), now()));
    }
    for (ReplicaMachine machine : machines) {
      for (ReplicaMachine other : machines) {
        if (other != machine) {
          machine.node().peerConnected(now(), other.node().id());
        }
      }
    }
  }

  static Key key(int number) {
    return Key.of("default", "user" + number);
  }

  /** What one node wrote, a key each millisecond. */
  private static NavigableMap<Bytes, Bytes> records(int keys, SplittableRandom random) {
    var records = new TreeMap<Bytes, Bytes>();
    long incarnation = random.nextLong();
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < keys; i++) {
      random.nextBytes(value);
      long stamp = Timestamp.ofMillis(WALL_MILLIS - keys + i);
      var dot = new Dot(new Actor(incarnation, stamp), stamp);
      var state = Siblings.of(Sibling.value(dot, Bytes.wrap(value.clone()), "", 0));
      records.put(StorageKey.ofRecord(key(i)), SiblingsCodec.encode(key(i), state));
    }
    return records;
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

  /** From now on nothing gets to this machine or from it; {@link #NODES} for none. */
  void cutOff(int index) {
    cutOff = index;
  }

  /** What was sent since the last call, by kind of message. */
  NavigableMap<String, Long> drainBytes() {
    var drained = new TreeMap<>(bytesByKind);
    bytesByKind.clear();
    return drained;
  }

  void send(NodeId to, Envelope envelope) {
    var bytes = MessageCodec.encode(envelope);
    boolean cut = cutOff < NODES && (isAt(cutOff, to) || isAt(cutOff, envelope.from()));
    if (!cut) {
      bytesByKind.merge(kind(envelope.message()), (long) bytes.length() + FRAME_BYTES, Long::sum);
      letters.add(new Letter(nowMillis + DELAY_MILLIS, order++, to, bytes));
    }
  }

  private boolean isAt(int index, NodeId id) {
    return machines.get(index).node().id().equals(id);
  }

  private static String kind(Message message) {
    return message.getClass().getSimpleName();
  }

  private void deliver(Letter letter) {
    for (ReplicaMachine machine : machines) {
      if (machine.node().id().equals(letter.to())) {
        try {
          machine.node().receive(now(), MessageCodec.decode(letter.bytes()));
        } catch (MalformedException e) {
          throw new IllegalStateException(e);
        }
      }
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
