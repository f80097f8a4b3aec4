package io.flywheel.client;

import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.Topology;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One node and the connection to it. Requests wait here until it is connected and its connection
 * takes more, and not in the channel: so those that have not left are known, and certainly not done
 * where it cannot be reached; and what nobody waits for any more is not sent to a node that has too
 * much to do already.
 *
 * <p>Without a stream it is connecting while requests wait, and idle while none do. When the
 * channel has connected, a stream is opened and takes them; when it cannot, they come back, and the
 * next request begins with a new channel. When the node says that it is going, the stream takes no
 * more and ends when all are answered.
 */
final class Node {
  private static final long TOPOLOGY_SECONDS = 2;

  private final NodeAddress address;
  private final Function<NodeAddress, ManagedChannel> channels;
  private final Runnable whenTrouble;
  private final Circuit circuit = new Circuit();
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Attempt> waiting = new ArrayDeque<>();
  private @Nullable ManagedChannel channel;
  private @Nullable NodeStream stream;
  private boolean closed;

  Node(NodeAddress address, Function<NodeAddress, ManagedChannel> channels, Runnable whenTrouble) {
    this.address = address;
    this.channels = channels;
    this.whenTrouble = whenTrouble;
  }

  Circuit circuit() {
    return circuit;
  }

  void send(Attempt attempt) {
    boolean refused = false;
    ManagedChannel connecting = null;
    lock.lock();
    try {
      if (closed) {
        refused = true;
      } else if (stream != null && waiting.isEmpty() && stream.isReady()) {
        send(attempt, stream);
      } else {
        forgetWithdrawn();
        waiting.add(attempt);
        connecting = stream == null ? channel() : null;
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      attempt.lost("the client has left " + this);
    } else if (connecting != null && connecting.getState(true) == ConnectivityState.READY) {
      openStream(connecting);
    }
  }

  /**
   * With the lock. A node ends a stream with a message that it finds too large, so those go alone.
   */
  private void send(Attempt attempt, NodeStream shared) {
    if (attempt.isLarge()) {
      var alone = NodeStream.open(this, channel());
      alone.send(attempt);
      alone.end();
    } else {
      shared.send(attempt);
    }
  }

  /** With the lock. */
  private ManagedChannel channel() {
    if (channel == null) {
      ManagedChannel opened = channels.apply(address);
      channel = opened;
      watch(opened, ConnectivityState.IDLE);
    }
    return channel;
  }

  private void watch(ManagedChannel watched, ConnectivityState known) {
    watched.notifyWhenStateChanged(known, () -> changed(watched));
  }

  private void changed(ManagedChannel watched) {
    ConnectivityState state = watched.getState(false);
    switch (state) {
      case READY -> openStream(watched);
      case TRANSIENT_FAILURE, SHUTDOWN -> cannotConnect(watched);
      case IDLE, CONNECTING -> leaveStream(watched);
    }
    if (state != ConnectivityState.SHUTDOWN) {
      watch(watched, state);
    }
  }

  private void openStream(ManagedChannel ready) {
    lock.lock();
    try {
      if (ready.equals(channel) && stream == null && !closed && !waiting.isEmpty()) {
        stream = NodeStream.open(this, ready);
        sendWaiting(stream);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The connection takes more. */
  void streamReady(NodeStream ready) {
    lock.lock();
    try {
      if (ready.equals(stream) && !closed) {
        sendWaiting(ready);
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private void sendWaiting(NodeStream open) {
    while (!waiting.isEmpty() && open.isReady()) {
      send(waiting.remove(), open);
    }
  }

  /** With the lock. What has waited for the longest ends first, nearly always. */
  private void forgetWithdrawn() {
    for (var first = waiting.peek(); first != null && first.isWithdrawn(); first = waiting.peek()) {
      waiting.remove();
    }
  }

  private void cannotConnect(ManagedChannel failed) {
    List<Attempt> back = List.of();
    boolean trouble = false;
    lock.lock();
    try {
      if (failed.equals(channel)) {
        endStream();
        back = new ArrayList<>(waiting);
        waiting.clear();
        channel = null;
        trouble = !closed;
      }
    } finally {
      lock.unlock();
    }
    failed.shutdown();
    if (trouble) {
      circuit.failed(System.nanoTime());
      whenTrouble.run();
    }
    List<Attempt> lost = back;
    Waiting.answering(() -> lost.forEach(attempt -> attempt.lost("cannot connect to " + this)));
  }

  private void leaveStream(ManagedChannel idle) {
    boolean again = false;
    lock.lock();
    try {
      if (idle.equals(channel)) {
        endStream();
        again = !waiting.isEmpty();
      }
    } finally {
      lock.unlock();
    }
    if (again) {
      idle.getState(true);
    }
  }

  /** With the lock. */
  private void endStream() {
    if (stream != null) {
      stream.end();
      stream = null;
    }
  }

  void streamEnded(NodeStream ended) {
    boolean unexpected;
    ManagedChannel again = null;
    lock.lock();
    try {
      boolean current = ended.equals(stream);
      unexpected = current && !closed;
      if (current) {
        stream = null;
        again = waiting.isEmpty() ? null : channel;
      }
    } finally {
      lock.unlock();
    }
    if (unexpected) {
      circuit.failed(System.nanoTime());
      whenTrouble.run();
    }
    if (again != null && again.getState(true) == ConnectivityState.READY) {
      openStream(again);
    }
  }

  void askTopology(long knownEpoch, StreamObserver<Topology> answer) {
    ManagedChannel asked;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      asked = channel();
    } finally {
      lock.unlock();
    }
    var options = CallOptions.DEFAULT.withDeadlineAfter(TOPOLOGY_SECONDS, TimeUnit.SECONDS);
    var request = GetTopologyRequest.newBuilder().setKnownEpoch(knownEpoch).build();
    ClientCalls.asyncUnaryCall(
        asked.newCall(KeyValueGrpc.getGetTopologyMethod(), options), request, answer);
  }

  /** Takes nothing more, and ends when all that is under way is answered. */
  void retire() {
    ManagedChannel last;
    lock.lock();
    try {
      closed = true;
      last = channel;
      if (stream != null) {
        stream.end();
      }
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.shutdown(); // what waits is told by this thread
    }
  }

  /** Ends the connection, and with it all that is under way. */
  void close() {
    ManagedChannel last;
    lock.lock();
    try {
      closed = true;
      last = channel;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.shutdownNow();
    }
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
