package io.flywheel.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One node and the connection to it. Requests wait here until it is connected and its connection
 * takes more: so those that have not left are known, and certainly not done where it cannot be
 * reached; and what nobody waits for any more is not sent to a node that has too much to do
 * already.
 *
 * <p>The first request begins a stream; when that is connected it takes all that wait, and when it
 * cannot be, they come back, and the next request begins another one. When the node says that it is
 * going, the stream takes no more and ends when all are answered.
 */
final class Node {
  private final NodeAddress address;
  private final String name;
  private final Connector connector;
  private final Runnable whenTrouble;
  private final Circuit circuit = new Circuit();
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Question> waiting = new ArrayDeque<>();
  private @Nullable NodeStream stream;
  private boolean closed;

  Node(NodeAddress address, Connector connector, Runnable whenTrouble) {
    this.address = address;
    this.name = address.toString();
    this.connector = connector;
    this.whenTrouble = whenTrouble;
  }

  Circuit circuit() {
    return circuit;
  }

  void send(Question question) {
    boolean refused = false;
    NodeStream begun = null;
    lock.lock();
    try {
      if (closed) {
        refused = true;
      } else if (stream != null && waiting.isEmpty() && stream.isReady()) {
        stream.send(question);
      } else {
        forgetWithdrawn();
        waiting.add(question);
        begun = streamForWaiting();
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      question.lost(left());
    } else {
      connect(begun);
    }
  }

  /** With the lock. A new one, to be connected without it; null where none is needed. */
  private @Nullable NodeStream streamForWaiting() {
    if (stream != null || waiting.isEmpty() || closed) {
      return null;
    }
    var begun = new NodeStream(this);
    stream = begun;
    return begun;
  }

  private void connect(@Nullable NodeStream begun) {
    if (begun != null) {
      connector.connect(address, begun);
    }
  }

  /** The connection takes more. */
  void streamReady(NodeStream ready) {
    lock.lock();
    try {
      while (ready.equals(stream) && !closed && !waiting.isEmpty() && ready.isReady()) {
        ready.send(waiting.remove());
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. What has waited for the longest ends first, nearly always. */
  private void forgetWithdrawn() {
    for (var first = waiting.peek(); first != null && first.isWithdrawn(); first = waiting.peek()) {
      waiting.remove();
    }
  }

  void cannotConnect(NodeStream failed) {
    List<Question> back = List.of();
    boolean trouble = false;
    lock.lock();
    try {
      if (failed.equals(stream)) {
        stream = null;
        back = takeWaiting();
        trouble = !closed;
      }
    } finally {
      lock.unlock();
    }
    if (trouble) {
      failed();
    }
    back.forEach(question -> question.lost("cannot connect to " + this));
  }

  /** The node is going: what comes from now on needs another stream, or will find none. */
  void streamLeaving(NodeStream leaving) {
    NodeStream begun = null;
    lock.lock();
    try {
      if (leaving.equals(stream)) {
        stream = null;
        begun = streamForWaiting();
      }
    } finally {
      lock.unlock();
    }
    leaving.end();
    connect(begun);
  }

  void streamEnded(NodeStream ended) {
    boolean unexpected;
    NodeStream begun = null;
    lock.lock();
    try {
      unexpected = ended.equals(stream) && !closed;
      if (ended.equals(stream)) {
        stream = null;
        begun = streamForWaiting();
      }
    } finally {
      lock.unlock();
    }
    if (unexpected) {
      failed();
    }
    connect(begun);
  }

  private void failed() {
    circuit.failed(System.nanoTime());
    whenTrouble.run();
  }

  /** Takes nothing more, and ends when all that is under way is answered. */
  void retire() {
    NodeStream last = leave();
    if (last != null) {
      last.end();
    }
  }

  /** Ends the connection, and with it all that is under way. */
  void close() {
    NodeStream last = leave();
    if (last != null) {
      last.close();
    }
  }

  private @Nullable NodeStream leave() {
    List<Question> back;
    NodeStream last;
    lock.lock();
    try {
      closed = true;
      last = stream;
      back = takeWaiting();
    } finally {
      lock.unlock();
    }
    Waiting.answering(() -> back.forEach(question -> question.lost(left())));
    return last;
  }

  /** With the lock. */
  private List<Question> takeWaiting() {
    var all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }

  private String left() {
    return "the client has left " + this;
  }

  @Override
  public String toString() {
    return name;
  }
}
