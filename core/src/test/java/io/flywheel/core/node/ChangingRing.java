package io.flywheel.core.node;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes a few nodes through a change of the ring, entry by entry, as a story wants it: all are
 * stopped, have the next cluster on their disks, and those that are to run are started again. They
 * decide nothing themselves.
 */
class ChangingRing {
  final NodesInOneProcess nodes;
  private Cluster cluster;

  ChangingRing(NodesInOneProcess nodes) {
    this.nodes = nodes;
    cluster = stored(nodes.machines.getFirst());
    hold(_ -> false);
  }

  /** From now on these messages stay in the network. */
  void hold(Predicate<Envelope> messages) {
    nodes.hold(
        envelope -> envelope.message() instanceof Message.AboutRing || messages.test(envelope));
  }

  Cluster cluster() {
    return cluster;
  }

  /** A new machine with an identity, and nothing else, on its disk. */
  Machine newcomer() {
    var machine = nodes.newMachine("node-" + (nodes.machines.size() + 1));
    var id = new NodeId(0x1234_5678_9abcL * nodes.machines.size());
    machine.metadata.put(StorageKey.IDENTITY, new Identity(id, 0, 0, 0, 0).encode());
    return machine;
  }

  void add(Machine newcomer) {
    var member = member(newcomer);
    decide(new LogEntry.Begin(new RingChange.Add(ringMember(member)), member), null);
  }

  void leave(Machine machine) {
    decide(new LogEntry.Begin(new RingChange.Leave(id(machine)), null), null);
  }

  void replace(Machine old, Machine newcomer, @Nullable Machine stopped) {
    var member = member(newcomer);
    var change = new RingChange.Replace(id(old), ringMember(member));
    decide(new LogEntry.Begin(change, member), stopped);
  }

  void ready() {
    decide(new LogEntry.Ready(), null);
  }

  void undo() {
    decide(new LogEntry.Undo(), null);
  }

  /** Who is no member any more is not started again. */
  void done() {
    decide(new LogEntry.Done(), null);
  }

  void decide(LogEntry entry, @Nullable Machine stopped) {
    nodes.machines.stream().filter(Machine::isUp).forEach(nodes::kill);
    cluster = cluster.after(entry);
    for (Machine machine : nodes.machines) {
      machine.metadata.put(StorageKey.CLUSTER, cluster.encode());
    }
    for (Machine machine : nodes.machines) {
      if (machine != stopped && cluster.member(id(machine)) != null) {
        nodes.start(machine);
      }
    }
  }

  static NodeId id(Machine machine) {
    try {
      var identity = Objects.requireNonNull(machine.metadata.get(StorageKey.IDENTITY));
      return Identity.decode(identity).id();
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  Machine machine(NodeId id) {
    return nodes.machines.stream().filter(each -> id(each).equals(id)).findFirst().orElseThrow();
  }

  Partition partition(Key key) {
    return Partition.of(key, nodes.settings().partitions());
  }

  /** Whether this machine's disk has the key just as {@code other}'s has. */
  boolean hasTheSame(Machine machine, Machine other, Key key) {
    var place = nodes.storageKey(key);
    return Objects.equals(record(machine, place), record(other, place));
  }

  boolean has(Machine machine, Key key) {
    return record(machine, nodes.storageKey(key)) != null;
  }

  private static @Nullable Bytes record(Machine machine, Bytes place) {
    return machine.data.get(place);
  }

  private static Member member(Machine machine) {
    return new Member(
        id(machine), machine.name, machine.name + ":1", machine.name + ":2", Zone.DEFAULT, 1);
  }

  private static RingMember ringMember(Member member) {
    return new RingMember(member.id(), member.zone(), member.weight());
  }

  private static Cluster stored(Machine machine) {
    try {
      return Cluster.decode(Objects.requireNonNull(machine.metadata.get(StorageKey.CLUSTER)));
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }
}
