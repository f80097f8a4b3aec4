package io.flywheel.cli.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;

/**
 * Data centres on one machine. Nodes find each other by name, and each node has a file of hosts of
 * its own: there the nodes of its data centre are at the loopback itself, and those elsewhere at
 * loopback addresses of their own, where relays listen that pass on what comes after a while, both
 * ways. So no node knows of it, and nothing has to be set up in the kernel.
 */
final class DistantNetwork implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int MOST_CHUNKS = 1_024;
  private static final byte[] END = {};

  @SuppressWarnings("ArrayRecordComponent") // Made and written, never compared.
  private record Chunk(byte[] bytes, long dueNanos) {}

  private final int nodes;
  private final IntUnaryOperator datacenterOf;
  private final long wayNanos;
  private final Path folder;
  private final Set<ServerSocket> listeners = ConcurrentHashMap.newKeySet();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int cutOff = -1;

  /**
   * No relay listens yet.
   *
   * @param datacenterOf of a node, by its number from 0
   * @param folder where the files of hosts go
   */
  DistantNetwork(int nodes, IntUnaryOperator datacenterOf, long wayMillis, Path folder) {
    this.nodes = nodes;
    this.datacenterOf = datacenterOf;
    this.wayNanos = TimeUnit.MILLISECONDS.toNanos(wayMillis);
    this.folder = folder;
  }

  static String host(int node) {
    return "node-" + (node + 1) + ".test";
  }

  private static String distantAddress(int from, int to) {
    return "127.1." + (from + 1) + "." + (to + 1);
  }

  /** Takes what nodes send to the peer port of a node far away. */
  void relayTo(int node, int port) throws IOException {
    for (int from = 0; from < nodes; from++) {
      if (areApart(from, node)) {
        var listener = new ServerSocket();
        listeners.add(listener);
        listener.bind(new InetSocketAddress(distantAddress(from, node), port));
        int sender = from;
        Thread.ofVirtual().start(() -> accept(listener, sender, node, port));
      }
    }
  }

  private boolean areApart(int one, int other) {
    return datacenterOf.applyAsInt(one) != datacenterOf.applyAsInt(other);
  }

  /** The file in which a node looks up where others are. */
  Path hosts(int node) throws IOException {
    var text = new StringBuilder("127.0.0.1 localhost\n");
    for (int other = 0; other < nodes; other++) {
      String address = areApart(node, other) ? distantAddress(node, other) : "127.0.0.1";
      text.append(address).append(' ').append(host(other)).append('\n');
    }
    return Files.writeString(folder.resolve("hosts-" + (node + 1)), text);
  }

  /** From now on all that goes to this data centre, or comes from it, vanishes. */
  void cutOff(int datacenter) {
    cutOff = datacenter;
  }

  /** What has lost something cannot go on: it ends, and is made anew. */
  void bringBack() {
    cutOff = -1;
    sockets.forEach(DistantNetwork::close);
  }

  private void accept(ServerSocket listener, int from, int to, int port) {
    while (!listener.isClosed()) {
      try {
        join(listener.accept(), from, to, port);
      } catch (IOException e) {
        return; // It was closed.
      }
    }
  }

  private void join(Socket near, int from, int to, int port) {
    try {
      var far = new Socket(InetAddress.getLoopbackAddress(), port);
      for (Socket socket : List.of(near, far)) {
        sockets.add(socket);
        socket.setTcpNoDelay(true);
      }
      pump(near, far, from, to);
      pump(far, near, from, to);
    } catch (IOException e) {
      close(near); // The node does not listen.
    }
  }

  private void pump(Socket in, Socket out, int from, int to) {
    BlockingQueue<Chunk> underWay = new ArrayBlockingQueue<>(MOST_CHUNKS);
    Thread.ofVirtual().start(() -> read(in, underWay));
    Thread.ofVirtual().start(() -> write(out, underWay, from, to));
  }

  private void read(Socket in, BlockingQueue<Chunk> underWay) {
    var buffer = new byte[CHUNK_BYTES];
    try {
      var stream = in.getInputStream();
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        underWay.put(new Chunk(Arrays.copyOf(buffer, count), System.nanoTime() + wayNanos));
      }
    } catch (IOException e) {
      // It has ended one way or the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!underWay.offer(new Chunk(END, System.nanoTime() + wayNanos))) {
      close(in);
    }
  }

  private void write(Socket out, BlockingQueue<Chunk> underWay, int from, int to) {
    try {
      var stream = out.getOutputStream();
      for (Chunk next = underWay.take(); next.bytes.length > 0; next = underWay.take()) {
        while (System.nanoTime() < next.dueNanos) {
          LockSupport.parkNanos(next.dueNanos - System.nanoTime());
        }
        if (!isCut(from, to)) {
          stream.write(next.bytes);
        }
      }
    } catch (IOException e) {
      // The other side has ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(out);
  }

  private boolean isCut(int from, int to) {
    int lost = cutOff;
    return datacenterOf.applyAsInt(from) == lost || datacenterOf.applyAsInt(to) == lost;
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Then it is of no use either.
    }
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
    sockets.forEach(DistantNetwork::close);
  }
}
