package io.flywheel.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
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
  private final BiConsumer<NodeAddress, NodeStream> connecting;
  private final Runnable whenTrouble;
  private final Circuit circuit = new Circuit();
  private final Refusals refusals = new Refusals();
  private final ReentrantLock lock = new ReentrantLock();
  private final Line line = new Line();
  private @Nullable NodeStream stream;
  private boolean closed;

  Node(NodeAddress address, BiConsumer<NodeAddress, NodeStream> connecting, Runnable whenTrouble) {
    this.address = address;
    this.name = address.toString();
    this.connecting = connecting;
    this.whenTrouble = whenTrouble;
  }

  Circuit circuit() {
    return circuit;
  }

  Refusals refusals() {
    return refusals;
  }

  void send(Question question) {
    String refusal = null;
    List<Question> late = List.of();
    NodeStream begun = null;
    NodeStream current;
    lock.lock();
    try {
      current = stream;
      if (closed) {
        refusal = left();
      } else if (current != null && line.isEmpty() && current.isReady()) {
        refusal = refusal(current.send(question));
      } else {
        late = shortenLine();
        line.add(question, System.nanoTime());
        begun = streamForWaiting();
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      question.lost(refusal);
    }
    connect(begun);
    tell(late, current);
  }

  private static @Nullable String refusal(@Nullable Throwable cause) {
    return cause == null ? null : "it cannot be sent: " + cause;
  }

  /** Not by the thread that has come with another request: what is told may do anything. */
  private static void tell(List<Question> late, @Nullable NodeStream current) {
    if (!late.isEmpty() && current != null) {
      current.later(() -> late.forEach(Question::crowdedOut));
    }
  }

  /** With the lock. A new one, to be connected without it; null where none is needed. */
  private @Nullable NodeStream streamForWaiting() {
    if (stream != null || line.isEmpty() || closed) {
      return null;
    }
    var begun = new NodeStream(this);
    stream = begun;
    return begun;
  }

  private void connect(@Nullable NodeStream begun) {
    if (begun != null) {
      connecting.accept(address, begun);
    }
  }

  void streamConnected(NodeStream connected) {
    lock.lock();
    try {
      line.opens(System.nanoTime());
    } finally {
      lock.unlock();
    }
    streamReady(connected);
  }

  /** The connection takes more. */
  void streamReady(NodeStream ready) {
    List<Question> late = List.of();
    Map<Question, String> refused = new LinkedHashMap<>();
    lock.lock();
    try {
      if (ready.equals(stream) && !closed) {
        late = shortenLine();
        while (!line.isEmpty() && ready.isReady()) {
          Question next = Objects.requireNonNull(line.poll());
          String refusal = refusal(ready.send(next));
          if (refusal != null) {
            refused.put(next, refusal);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    tell(late, ready);
    if (!refused.isEmpty()) {
      ready.later(() -> refused.forEach(Question::lost));
    }
  }

  /** With the lock. Who waits for a connection is not late, however long that takes. */
  private List<Question> shortenLine() {
    if (stream == null || !stream.isConnected()) {
      line.opens(System.nanoTime());
    }
    return line.shorten(System.nanoTime());
  }

  /** Whether it has answered nothing since then. */
  boolean isSilentSince(long nanos) {
    lock.lock();
    try {
      return stream == null || !stream.isConnected() || stream.isSilentSince(nanos);
    } finally {
      lock.unlock();
    }
  }

  void cannotConnect(NodeStream failed) {
    List<Question> back = List.of();
    boolean trouble = false;
    lock.lock();
    try {
      if (failed.equals(stream)) {
        stream = null;
        back = line.takeAll();
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
      back = line.takeAll();
    } finally {
      lock.unlock();
    }
    Waiting.answering(() -> back.forEach(question -> question.lost(left())));
    return last;
  }

  private String left() {
    return "the client has left " + this;
  }

  @Override
  public String toString() {
    return name;
  }
}
