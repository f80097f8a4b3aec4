package io.flywheel.simulator.world;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/**
 * Carries encoded messages between processes. Messages may be lost, repeated, late and out of
 * order; a link may be cut both ways or one way. As with the real transport, a message reaches the
 * process that its connection was made with or nobody, a connection needs both directions to come
 * up, and each side learns in its own time that one has gone.
 */
public final class SimulatedNetwork {
  private static final int MOST_MACHINES = 16;
  private static final long LATEST_MICROS = 3_000_000;
  private static final long LONGEST_HELD_MICROS = 60_000_000;

  /** The way between data centres varies by this part of it. */
  private static final int JITTER_PART = 8;

  private final SimulatedCluster cluster;
  private final SplittableRandom random;
  private final Conditions conditions;
  private final boolean[][] cut = new boolean[MOST_MACHINES][MOST_MACHINES];
  private final List<Connection> connections = new ArrayList<>();
  private final double[] heldBack = new double[MOST_MACHINES];
  private final double[] garbled = new double[MOST_MACHINES];
  private final double[] damaged = new double[MOST_MACHINES];
  private long undecodable;
  private long wayMicros;

  SimulatedNetwork(SimulatedCluster cluster, Conditions conditions, SplittableRandom random) {
    this.cluster = cluster;
    this.conditions = conditions;
    this.random = random;
  }

  /** Messages that could not be decoded although nothing had touched them. */
  public long undecodable() {
    return undecodable;
  }

  /** From now on a message takes so much longer from one data centre to another. */
  public void moveApart(long micros) {
    wayMicros = micros;
  }

  /** Whether there are several data centres. */
  boolean isApart() {
    return wayMicros > 0;
  }

  private long way(SimulatedProcess from, SimulatedProcess to) {
    return isFar(from, to) ? wayMicros + random.nextLong(wayMicros / JITTER_PART + 1) : 0;
  }

  private boolean isFar(SimulatedProcess from, SimulatedProcess to) {
    return isApart() && !from.machine().datacenter().equals(to.machine().datacenter());
  }

  void dial(SimulatedProcess from, String address) {
    if (from.endpoint().dial(address) && !address.equals(from.machine().address())) {
      attempt(from, address);
    }
  }

  void send(SimulatedProcess from, NodeId to, Envelope envelope) {
    int sender = from.machine().index();
    var sent = happens(garbled[sender]) ? Garbling.ofGossip(envelope, random) : envelope;
    sent = happens(damaged[sender]) ? Garbling.ofContents(sent, random) : sent;
    Bytes bytes = MessageCodec.encode(sent);
    cluster.trace().add(Trace.Kind.SEND, from.life() << 32 ^ to.value(), bytes);
    cluster.witness().sent(from, envelope);
    var connection = from.endpoint().route(to);
    if (connection == null || !connection.isOpen()) {
      return;
    }
    var target = connection.other(from);
    if (isFar(from, target)) {
      cluster.witness().crossing(from, target, envelope);
    }
    cluster.trace().tell(() -> from + " to " + target + ": " + envelope.message());
    if (isCut(from, target) || happens(conditions.dropShare())) {
      return;
    }
    if (happens(heldBack[from.machine().index()])) {
      long delay = random.nextLong(LONGEST_HELD_MICROS);
      cluster.events().after(delay, () -> deliverIfOpen(from, target, connection, bytes));
      return;
    }
    deliverLater(from, target, bytes);
    if (happens(conditions.duplicateShare())) {
      deliverLater(from, target, bytes);
    }
  }

  private void deliverLater(SimulatedProcess from, SimulatedProcess target, Bytes bytes) {
    long delay = conditions.network().draw(random) + way(from, target);
    if (happens(conditions.lateShare())) {
      delay += random.nextLong(LATEST_MICROS);
    }
    cluster.events().after(delay, () -> deliver(from, target, bytes));
  }

  /** A connection keeps what it was given for as long as it lives, and no longer. */
  private void deliverIfOpen(
      SimulatedProcess from, SimulatedProcess target, Connection connection, Bytes bytes) {
    if (connection.isOpen()) {
      deliver(from, target, bytes);
    }
  }

  /** From now on this share of what a machine sends stays on its way for long. */
  void holdBack(SimulatedMachine machine, double share) {
    heldBack[machine.index()] = share;
  }

  /** From now on this share of what a machine tells of others is damaged. */
  void garble(SimulatedMachine machine, double share) {
    garbled[machine.index()] = share;
  }

  /** From now on this share of what a machine sends is damaged, one way or another. */
  void damage(SimulatedMachine machine, double share) {
    damaged[machine.index()] = share;
  }

  /**
   * A frame has a checksum, so what was damaged on its way is never handed to a node; but whatever
   * comes must be refused in order.
   */
  private void refuseGarbage(SimulatedProcess target, Bytes bytes) {
    try {
      MessageCodec.decode(Garbling.of(bytes, random));
    } catch (MalformedException e) {
      undecodable++;
    } catch (RuntimeException e) {
      cluster.witness().threw(target, e);
    }
  }

  private void deliver(SimulatedProcess from, SimulatedProcess target, Bytes bytes) {
    if (!target.alive() || isCut(from, target)) {
      return;
    }
    if (happens(damaged[from.machine().index()])) {
      refuseGarbage(target, bytes);
    }
    cluster.trace().add(Trace.Kind.RECEIVE, target.life(), bytes);
    try {
      target.receive(MessageCodec.decode(bytes));
    } catch (MalformedException e) {
      undecodable++;
    }
  }

  // --- links
  // --------------------------------------------------------------------------------------

  void cut(SimulatedMachine from, SimulatedMachine to) {
    cut[from.index()][to.index()] = true;
    for (var connection : List.copyOf(connections)) {
      if (joins(connection, from, to) && random.nextInt(4) > 0) {
        breakLater(connection, random.nextLong(4_000_000));
      }
    }
  }

  void mend(SimulatedMachine from, SimulatedMachine to) {
    cut[from.index()][to.index()] = false;
  }

  /** From now on no message comes into this data centre, or out of it. */
  public void cutOff(String datacenter) {
    forLinksOf(datacenter, this::cut);
  }

  public void bringBack(String datacenter) {
    forLinksOf(datacenter, this::mend);
  }

  private void forLinksOf(
      String datacenter, BiConsumer<SimulatedMachine, SimulatedMachine> action) {
    for (var from : cluster.machines()) {
      for (var to : cluster.machines()) {
        if (from.datacenter().equals(datacenter) != to.datacenter().equals(datacenter)) {
          action.accept(from, to);
        }
      }
    }
  }

  /** Ends some connection, as a proxy or an exhausted buffer does. */
  void reset() {
    if (!connections.isEmpty()) {
      breakLater(connections.get(random.nextInt(connections.size())), 0);
    }
  }

  private boolean isCut(SimulatedProcess from, SimulatedProcess to) {
    return cut[from.machine().index()][to.machine().index()];
  }

  private static boolean joins(Connection connection, SimulatedMachine a, SimulatedMachine b) {
    var dialer = connection.dialer().machine();
    var acceptor = connection.acceptor().machine();
    return (dialer == a && acceptor == b) || (dialer == b && acceptor == a);
  }

  // --- connections
  // --------------------------------------------------------------------------------

  private void attempt(SimulatedProcess from, String address) {
    if (!from.alive() || !from.endpoint().dials(address)) {
      return;
    }
    var machine = cluster.machineAt(address);
    var target = machine == null ? null : machine.process();
    if (target != null && isConnected(from, target)) {
      return;
    }
    boolean answers =
        target != null
            && !target.paused()
            && !from.paused()
            && !isCut(from, target)
            && !isCut(target, from);
    if (target != null && answers) {
      long handshake = 2 * (conditions.network().draw(random) + way(from, target));
      cluster.events().after(handshake, () -> connect(from, target));
    } else {
      redial(from, address);
    }
  }

  private void redial(SimulatedProcess from, String address) {
    cluster.events().after(100_000 + random.nextLong(400_000), () -> attempt(from, address));
  }

  private void connect(SimulatedProcess from, SimulatedProcess target) {
    if (!from.alive() || isConnected(from, target)) {
      return;
    }
    if (!target.alive() || isCut(from, target) || isCut(target, from)) {
      redial(from, target.machine().address());
      return;
    }
    var connection = new Connection(from, target);
    connections.add(connection);
    cluster.trace().add(Trace.Kind.CONNECT, from.life(), target.life());
    cluster.trace().tell(() -> from + " and " + target + " are connected");
    lead(from, target, connection);
    lead(target, from, connection);
  }

  private void lead(SimulatedProcess end, SimulatedProcess other, Connection connection) {
    var id = other.id();
    var older = end.endpoint().lead(id, connection);
    if (older != null) {
      end.disconnected(id);
      breakLater(older, 0);
    }
    end.connected(id);
  }

  private boolean isConnected(SimulatedProcess a, SimulatedProcess b) {
    for (var connection : connections) {
      if (connection.has(a) && connection.has(b)) {
        return true;
      }
    }
    return false;
  }

  /** What the others see when a process is gone: at once when its machine says so, or later. */
  void gone(SimulatedProcess process, boolean silently) {
    for (var connection : List.copyOf(connections)) {
      if (connection.has(process)) {
        long delay = conditions.network().draw(random);
        breakLater(connection, silently ? delay + random.nextLong(5_000_000) : delay);
      }
    }
  }

  private void breakLater(Connection connection, long delayMicros) {
    cluster.events().after(delayMicros, () -> breakNow(connection));
  }

  private void breakNow(Connection connection) {
    if (!connection.isOpen()) {
      return;
    }
    connection.close();
    connections.remove(connection);
    cluster
        .trace()
        .add(Trace.Kind.DISCONNECT, connection.dialer().life(), connection.acceptor().life());
    notice(connection.dialer(), connection);
    notice(connection.acceptor(), connection);
  }

  private void notice(SimulatedProcess end, Connection connection) {
    if (!end.alive()) {
      return;
    }
    var other = connection.other(end);
    cluster
        .events()
        .after(
            random.nextLong(20_000),
            () -> {
              if (end.endpoint().drop(other.id(), connection)) {
                cluster.trace().tell(() -> end + " and " + other + " are no longer connected");
                end.disconnected(other.id());
              }
              if (end.endpoint().dials(other.machine().address())) {
                attempt(end, other.machine().address());
              }
            });
  }

  private boolean happens(double share) {
    return share > 0 && random.nextDouble() < share;
  }
}
