package io.flywheel.server.peer;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A transport on a loop of its own, and what it has told its listener. */
final class TestPeer implements AutoCloseable, PeerListener {
  static final String CLUSTER = "test";
  static final long HANDSHAKE_MILLIS = 300;
  static final Bytes SECRET = Bytes.utf8("the secret of good peers");

  final NodeId id;
  final long startId;
  final InetSocketAddress address;
  final List<NodeId> connected = new CopyOnWriteArrayList<>();
  final List<Envelope> received = new CopyOnWriteArrayList<>();
  final List<String> identitiesInUse = new CopyOnWriteArrayList<>();
  final PeerTransport transport;
  private final EventLoopGroup group;

  TestPeer(long id) {
    this(CLUSTER, id, 1, 0, 0);
  }

  TestPeer(String cluster, long id, long startId, long clockAheadMillis, int port) {
    this(cluster, id, startId, clockAheadMillis, port, SECRET);
  }

  /** A node with this secret, which may be a wrong one. */
  TestPeer(long id, Bytes secret) {
    this(CLUSTER, id, 1, 0, 0, secret);
  }

  private TestPeer(
      String cluster, long id, long startId, long clockAheadMillis, int port, Bytes secret) {
    this.id = new NodeId(id);
    this.startId = startId;
    Sockets sockets = Sockets.best();
    group = sockets.loops(1, "peer-" + id);
    transport =
        new PeerTransport(group.next(), sockets, new SplittableRandom(id), HANDSHAKE_MILLIS);
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    var bound = onLoop(() -> transport.bind(loopback)).syncUninterruptibly();
    address = (InetSocketAddress) bound.channel().localAddress();
    var local =
        new LocalNode(
            cluster,
            this.id,
            startId,
            addressText(),
            () -> System.currentTimeMillis() + clockAheadMillis,
            new PeerSecret(secret));
    run(() -> transport.start(local, this));
  }

  String addressText() {
    return "127.0.0.1:" + address.getPort();
  }

  void dial(TestPeer other) {
    run(() -> transport.dial(other.addressText()));
  }

  void send(NodeId to, Message message) {
    var envelope = new Envelope(id, startId, 1, 0, 0, 0, message);
    run(
        () -> {
          transport.send(to, envelope);
          transport.flush();
        });
  }

  boolean isConnectedWith(TestPeer other) {
    return connected.contains(other.id);
  }

  <T> T onLoop(Supplier<T> action) {
    return group.submit(action::get).syncUninterruptibly().getNow();
  }

  void run(Runnable action) {
    group.submit(action).syncUninterruptibly();
  }

  @Override
  public void connected(NodeId peer) {
    connected.add(peer);
  }

  @Override
  public void disconnected(NodeId peer) {
    connected.remove(peer);
  }

  @Override
  public void received(Envelope envelope) {
    received.add(envelope);
  }

  @Override
  public void identityInUse(String where) {
    identitiesInUse.add(where);
  }

  @Override
  public void close() {
    run(transport::close);
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
