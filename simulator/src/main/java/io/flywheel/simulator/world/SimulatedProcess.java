package io.flywheel.simulator.world;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.node.Node;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One life of one node: hands it its inputs and carries out its effects as the production server
 * does. Stores go to its writer; sends, loads and answers leave in order, at once. Each input keeps
 * the processor busy for a while, and those that come meanwhile wait in one line, of which a few
 * are looked at in one turn; requests are begun when it is empty.
 */
public final class SimulatedProcess {
  private static final int NEVER = -1;

  /** What the buffers of connections hold; the rest never arrives. */
  private static final int MOST_WAITING = 20_000;

  /** How many inputs that wait are looked at before what the node wants is carried out. */
  private static final int MOST_IN_A_TURN = 8;

  /** How long it takes to place all copies anew. */
  private static final long MOST_WORK_MICROS = 200_000;

  /** An input that has come and has not been looked at. */
  private record Waiting(Consumer<Now> input, long sinceMicros) {}

  private final SimulatedCluster cluster;
  private final SimulatedMachine machine;
  private final NodeConfig config;
  private final long life;
  private final Outbox outbox = new Outbox();
  private final Endpoint endpoint = new Endpoint();
  private final Node node;
  private final SimulatedWriter writer;

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean alive = true;
  private boolean paused;
  private long pausedMicros;
  private long pausedSinceMicros;
  private long wakesAtMicros = Long.MAX_VALUE;
  private boolean wakeWaits;
  private long busyUntilMicros;
  private long requestsWaitSinceMicros = Long.MAX_VALUE;
  private boolean turnComes;
  private long longestWaitMicros;
  private long resumedAtMicros;
  private int diesAfterEffects = NEVER;

  SimulatedProcess(
      SimulatedCluster cluster, SimulatedMachine machine, long life, SplittableRandom random)
      throws MalformedException {
    this.cluster = cluster;
    this.machine = machine;
    this.config = machine.startsWith();
    this.life = life;
    this.node =
        Node.start(config, machine.disk().metadata(), random, machine.clock().now(), outbox);
    writer = new SimulatedWriter(cluster, machine, this, node);
  }

  /** The effects of the start itself; apart from construction, as they may end the process. */
  void begin() {
    settle();
    if (machine.isFull()) {
      diskSpace(true);
    }
  }

  public SimulatedMachine machine() {
    return machine;
  }

  public NodeConfig config() {
    return config;
  }

  public NodeId id() {
    return node.id();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Which process of the whole run this is: no two have the same number. */
  public long life() {
    return life;
  }

  public boolean alive() {
    return alive;
  }

  public boolean paused() {
    return paused;
  }

  /** For how long it has been paused in all. */
  public long pausedMicros() {
    return paused ? pausedMicros + cluster.events().nowMicros() - pausedSinceMicros : pausedMicros;
  }

  public NodeView view() {
    return node.view(machine.clock().now());
  }

  /** What it has been told of each member. */
  public List<MemberState> told() {
    return node.told();
  }

  /** How long an input has waited for the processor at the most. */
  public long longestWaitMicros() {
    return longestWaitMicros;
  }

  /** For how long somebody has been waiting: the input that is looked at next, or requests. */
  public long waitingMicros() {
    long input = waiting.isEmpty() ? Long.MAX_VALUE : waiting.getFirst().sinceMicros;
    return Math.max(0, cluster.events().nowMicros() - Math.min(input, requestsWaitSinceMicros));
  }

  void receive(Envelope envelope) {
    offer(
        now -> {
          cluster.witness().received(this, envelope);
          node.receive(now, envelope);
        });
  }

  void connected(NodeId peer) {
    input(now -> node.peerConnected(now, peer));
  }

  void disconnected(NodeId peer) {
    input(now -> node.peerDisconnected(now, peer));
  }

  void request(long token, ClientRequest request) {
    offer(now -> node.request(now, token, request));
  }

  void diskSpace(boolean full) {
    input(now -> node.diskSpace(now, full));
  }

  /** An operator wants something of the node. */
  public void operate(BiConsumer<Node, Now> wish) {
    input(now -> wish.accept(node, now));
  }

  /** Stops running without dying: SIGSTOP, a long collection, a migrating virtual machine. */
  void pause() {
    paused = true;
    pausedSinceMicros = cluster.events().nowMicros();
  }

  void resume() {
    pausedMicros = pausedMicros();
    paused = false;
    resumedAtMicros = cluster.events().nowMicros();
    takeTurn();
  }

  /** Dies in the middle of some coming turn, when it has carried out that many of its effects. */
  void dieAfterEffects(int effects) {
    diesAfterEffects = effects;
  }

  void stop() {
    alive = false;
  }

  /** An input that comes through a connection, for as long as there is room. */
  private void offer(Consumer<Now> input) {
    if (waiting.size() < MOST_WAITING) {
      input(input);
    }
  }

  void input(Consumer<Now> input) {
    if (!alive) {
      return;
    }
    long now = cluster.events().nowMicros();
    if (paused || now < busyUntilMicros || !waiting.isEmpty()) {
      waiting.add(new Waiting(input, now));
      takeTurn();
    } else {
      busyUntilMicros = now;
      take(input);
      settleTurn();
    }
  }

  /** Sees to it that what waits is looked at, a few at a time. */
  private void takeTurn() {
    if (!turnComes && !paused && alive && (!waiting.isEmpty() || node.requestsWait())) {
      turnComes = true;
      cluster.events().at(busyUntilMicros, this::turn);
    }
  }

  private void turn() {
    turnComes = false;
    if (!alive || paused) {
      return;
    }
    long now = cluster.events().nowMicros();
    busyUntilMicros = now;
    int looked = 0;
    for (; looked < MOST_IN_A_TURN && alive && !waiting.isEmpty(); looked++) {
      var next = waiting.remove();
      long since = Math.max(next.sinceMicros, resumedAtMicros);
      longestWaitMicros = Math.max(longestWaitMicros, now - since);
      take(next.input);
    }
    for (; looked < MOST_IN_A_TURN && alive && node.requestsWait(); looked++) {
      take(node::beginNext);
    }
    settleTurn();
  }

  private void settleTurn() {
    settle();
    if (!node.requestsWait()) {
      requestsWaitSinceMicros = Long.MAX_VALUE;
    } else if (requestsWaitSinceMicros == Long.MAX_VALUE) {
      requestsWaitSinceMicros = cluster.events().nowMicros();
    }
    takeTurn();
  }

  private void take(Consumer<Now> input) {
    busyUntilMicros += machine.inputMicros();
    try {
      input.accept(machine.clock().now());
    } catch (RuntimeException e) {
      cluster.witness().threw(this, e);
      cluster.crash(machine, false, "exception");
    }
  }

  /** Carries out what the node asked for in this turn. */
  private void settle() {
    for (Effect effect : alive ? outbox.drain() : List.<Effect>of()) {
      if (diesAfterEffects >= 0 && diesAfterEffects-- == 0) {
        cluster.crash(machine, true, "within a turn");
      }
      if (alive) {
        carryOut(effect);
      }
    }
    if (alive) {
      sleepUntilWake();
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> cluster.network().send(this, send.to(), send.envelope());
      case Effect.Dial dial -> cluster.network().dial(this, dial.address());
      case Effect.StopDialling stop -> endpoint.stopDialling(stop.address());
      case Effect.Load load -> read(load);
      case Effect.Store store -> {
        cluster.witness().storing(this, store.mutations());
        writer.add(store);
      }
      case Effect.Scan scan -> writer.add(scan);
      case Effect.WorkOut(var before, var entry) -> workOut(before, entry);
      case Effect.Respond respond -> cluster.respond(this, respond);
      case Effect.Report report -> cluster.trace().tell(() -> this + " reports: " + report.text());
      case Effect.Halt halt -> {
        cluster.trace().tell(() -> this + " halts: " + halt.reason());
        machine.halted();
        cluster.witness().halted(this, halt.reason());
        cluster.crash(machine, false, "halted");
      }
    }
  }

  private void workOut(Cluster before, LogEntry entry) {
    long micros = new SplittableRandom(life ^ before.epoch()).nextLong(MOST_WORK_MICROS);
    cluster.events().after(micros, () -> input(now -> node.workedOut(now, before.after(entry))));
  }

  private void read(Effect.Load load) {
    cluster.afterDisk(
        machine,
        () -> {
          if (alive) {
            Loaded result = machine.disk().load(load.table(), load.storageKey());
            cluster.trace().add(Trace.Kind.LOAD, life, load.ticket());
            input(now -> node.loaded(now, load.ticket(), result));
          }
        });
  }

  private void sleepUntilWake() {
    long at = machine.clock().microsAt(node.nextWakeMillis());
    if (at < wakesAtMicros && !wakeWaits) {
      wakesAtMicros = at;
      cluster.events().at(at, () -> wake(at));
    }
  }

  private void wake(long at) {
    if (at == wakesAtMicros) {
      wakesAtMicros = Long.MAX_VALUE;
      wakeWaits = true;
      input(
          now -> {
            wakeWaits = false;
            node.wake(now);
          });
    }
  }

  @Override
  public String toString() {
    return machine + "#" + life;
  }
}
