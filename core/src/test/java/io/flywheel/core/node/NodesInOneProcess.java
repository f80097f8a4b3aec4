package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.ring.Partition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes with perfect disks and a network that does just what a story says: it delivers at
 * once, except what the story holds back. Time stands still unless it is moved.
 */
final class NodesInOneProcess {
  static final NamespaceSettings STRICT =
      new NamespaceSettings(
          "strict",
          NamespaceSettings.Conflicts.SIBLINGS,
          NamespaceSettings.Overflow.REFUSE,
          NamespaceSettings.BlindWrites.REFUSE,
          0);
  static final NamespaceSettings NEWEST =
      new NamespaceSettings(
          "newest",
          NamespaceSettings.Conflicts.SIBLINGS,
          NamespaceSettings.Overflow.KEEP_NEWEST,
          NamespaceSettings.BlindWrites.ALLOW,
          0);
  static final Limits LIMITS = new Limits(1000, 3, 2500);

  private record Mail(NodeId to, Bytes bytes) {}

  final List<Machine> machines = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final ClusterSettings settings;
  private final ArrayDeque<Mail> mail = new ArrayDeque<>();
  private final List<Mail> late = new ArrayList<>();
  private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
  private final ArrayDeque<Runnable> loads = new ArrayDeque<>();
  private final ArrayDeque<Runnable> scans = new ArrayDeque<>();
  private final SplittableRandom random = new SplittableRandom(4711);
  private Predicate<Envelope> held = _ -> false;
  private UnaryOperator<Envelope> forger = envelope -> envelope;
  private BiPredicate<NodeId, NodeId> cut = (_, _) -> false;
  private long millis = 1_000_000;
  private long tokens;
  private long clockMillis = 1_700_000_000_000L;
  long hintsLimitBytes;
  Rhythm rhythm = Rhythm.DEFAULT;

  /** Whether what loads, or scans, have read is yet to be handed over. */
  boolean loadsWait;

  boolean scansWait;

  NodesInOneProcess(int nodes, int n) {
    this(Collections.nCopies(nodes, Zone.DEFAULT), Replication.spread(n));
  }

  /** One in each of these zones. */
  NodesInOneProcess(List<Zone> zones, Replication replication) {
    var quorum = Quorum.majority(replication.n());
    settings =
        new ClusterSettings("test", 16, replication, quorum, LIMITS, List.of(STRICT, NEWEST));
    for (Zone zone : zones) {
      var machine = new Machine("node-" + (machines.size() + 1), this);
      machine.zone = zone;
      names.add(machine.name);
      machines.add(machine);
    }
  }

  /** All started, formed, and past their first heartbeats. */
  static NodesInOneProcess formed(int nodes, int n) {
    var cluster = new NodesInOneProcess(nodes, n);
    cluster.machines.forEach(cluster::start);
    cluster.pass(2_000);
    return cluster;
  }

  void start(Machine machine) {
    start(machine, settings);
  }

  void start(Machine machine, ClusterSettings own) {
    try {
      var config =
          new NodeConfig(
              machine.name,
              machine.zone,
              1,
              machine.name + ":1",
              machine.name + ":2",
              own,
              machine.joins ? List.of() : names,
              List.of(),
              true,
              hintsLimitBytes,
              rhythm,
              Bytes.utf8("secret"));
      machine.start(config, random.split());
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
    for (Machine other : machines) {
      if (other != machine && other.isUp()) {
        other.node().peerConnected(now(), machine.node().id());
        machine.node().peerConnected(now(), other.node().id());
      }
    }
    settle();
  }

  /** One that does not run. */
  Machine newMachine(String name) {
    var machine = new Machine(name, this);
    machine.joins = true;
    machines.add(machine);
    return machine;
  }

  /** A node with an empty directory, which forms no cluster; it runs. */
  Machine newcomer(String name) {
    var machine = newMachine(name);
    start(machine);
    return machine;
  }

  /** Another machine with a copy of this one's disk. */
  Machine copyOf(Machine original) {
    var copy = new Machine(original.name, this);
    copy.data.putAll(original.data);
    copy.metadata.putAll(original.metadata);
    machines.add(copy);
    return copy;
  }

  Envelope heartbeatOf(Machine machine) {
    var node = machine.node();
    long clusterId = node.view(now()).clusterId();
    var beat = new Message.Heartbeat(now().wallMillis());
    return new Envelope(
        node.id(), node.startId(), 1_000_000, clusterId, settings.fingerprint(), 1, beat);
  }

  /** The process is gone, and everybody sees its connections close. */
  void kill(Machine machine) {
    var id = machine.node().id();
    settle();
    machine.stop();
    machines.stream().filter(Machine::isUp).forEach(m -> m.node().peerDisconnected(now(), id));
  }

  /** What was held back arrives after all, late. */
  void deliverHeld() {
    deliverHeldBut(_ -> false);
  }

  /** The same, except what is held back from now on. */
  void deliverHeldBut(Predicate<Envelope> messages) {
    held = messages;
    mail.addAll(late);
    late.clear();
    settle();
  }

  /** From now on these messages stay in the network. */
  void hold(Predicate<Envelope> messages) {
    held = messages;
  }

  /** From now on whoever it is that sends sends this instead. */
  void forge(UnaryOperator<Envelope> liar) {
    forger = liar;
  }

  /** From now on messages on these ways, from one node to another, are lost. */
  void cut(BiPredicate<NodeId, NodeId> ways) {
    cut = ways;
  }

  Outcome put(Machine at, Key key, String value, @Nullable String context) {
    return ask(
        at, new ClientRequest.Put(key, Write.of(Bytes.utf8(value)), context, 0, 0, 0, null, 1_000));
  }

  Outcome delete(Machine at, Key key) {
    return ask(at, new ClientRequest.Put(key, Write.DELETION, null, 0, 0, 0, null, 1_000));
  }

  Outcome get(Machine at, Key key, int r) {
    return ask(at, new ClientRequest.Get(key, r, 0, 1_000));
  }

  Outcome ask(Machine at, ClientRequest request) {
    return response(at, submit(at, request)).outcome();
  }

  /** What a get's client would carry. */
  String context(Machine at, Key key) {
    return response(at, submit(at, new ClientRequest.Get(key, 0, 0, 1_000))).contextToken().get();
  }

  long submit(Machine at, ClientRequest request) {
    long token = ++tokens;
    at.node().request(now(), token, request);
    settle();
    return token;
  }

  /** The answer, waiting for it as long as a client may have to. */
  Effect.Respond response(Machine at, long token) {
    for (int i = 0; i < 300 && !at.responses.containsKey(token); i++) {
      pass(10);
    }
    var response = at.responses.get(token);
    if (response == null) {
      throw new IllegalStateException("request " + token + " was never answered");
    }
    return response;
  }

  void pass(long duration) {
    long end = millis + duration;
    while (millis < end) {
      long next = end;
      for (Machine machine : machines) {
        if (machine.runs()) {
          next = Math.min(next, Math.max(millis, machine.node().nextWakeMillis()));
        }
      }
      millis = Math.max(next, millis + 1);
      machines.stream().filter(Machine::runs).forEach(machine -> machine.node().wake(now()));
      settle();
    }
  }

  Machine replica(Key key, int index) {
    var ring = machines.stream().filter(Machine::isUp).findFirst().orElseThrow().node().view(now());
    var id = Objects.requireNonNull(ring.ring()).replicas(partition(ring, key)).get(index);
    return machine(id);
  }

  /** A node that does not replicate the key. */
  Machine stranger(Key key) {
    var view = machines.getFirst().node().view(now());
    var ring = Objects.requireNonNull(view.ring());
    return machines.stream()
        .filter(machine -> !ring.owns(machine.node().id(), partition(view, key)))
        .findFirst()
        .orElseThrow();
  }

  Bytes storageKey(Key key) {
    return StorageKey.ofRecord(key);
  }

  /** Sets all wall clocks. */
  void setClock(long wallMillis) {
    clockMillis = wallMillis - millis;
  }

  ClusterSettings settings() {
    return settings;
  }

  Now now() {
    return new Now(clockMillis + millis, millis);
  }

  private static Partition partition(NodeView view, Key key) {
    return Objects.requireNonNull(view.ring()).partition(key);
  }

  private Machine machine(NodeId id) {
    return machines.stream()
        .filter(machine -> machine.isUp() && machine.node().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  void send(NodeId to, Envelope envelope) {
    mail.add(new Mail(to, MessageCodec.encode(envelope)));
  }

  /** The node hears of its store when all have carried out what they wanted in this turn. */
  void whenStored(Runnable action) {
    pending.add(action);
  }

  void whenLoaded(Runnable action) {
    loads.add(action);
  }

  void whenScanned(Runnable action) {
    scans.add(action);
  }

  private void settle() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (Machine machine : machines) {
        while (machine.runs() && machine.node().requestsWait()) {
          machine.node().beginNext(now());
        }
        for (Effect effect : machine.outbox.drain()) {
          busy = true;
          machine.carryOut(effect);
        }
        while (!machine.rings.isEmpty() && !machine.ringsWait) {
          busy = true;
          machine.rings.remove().run();
        }
      }
      while (!pending.isEmpty()) {
        busy = true;
        pending.remove().run();
      }
      while (!loads.isEmpty() && !loadsWait) {
        busy = true;
        loads.remove().run();
      }
      while (!scans.isEmpty() && !scansWait) {
        busy = true;
        scans.remove().run();
      }
      while (!mail.isEmpty()) {
        busy = true;
        deliver(mail.remove());
      }
    }
  }

  private void deliver(Mail letter) {
    var envelope = decoded(letter.bytes());
    if (held.test(envelope) || cut.test(envelope.from(), letter.to())) {
      late.add(letter);
      return;
    }
    var said = forger.apply(envelope);
    machines.stream()
        .filter(machine -> machine.runs() && machine.node().id().equals(letter.to()))
        .forEach(machine -> machine.node().receive(now(), said));
  }

  private static Envelope decoded(Bytes bytes) {
    try {
      return MessageCodec.decode(bytes);
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }
}
