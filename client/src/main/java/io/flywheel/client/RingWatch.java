package io.flywheel.client;

import io.flywheel.api.v1.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps the ring known: asks some node when the client begins, now and then, and soon after
 * something went wrong. Nobody waits for it.
 */
final class RingWatch implements AutoCloseable {
  private static final long SOON_NANOS = 200_000_000;
  private static final long PATIENCE_NANOS = 2_000_000_000;

  private final AlarmClock clock;
  private final long everyNanos;
  private final Supplier<List<Node>> nodes;
  private final Consumer<Ring> whenChanged;
  private final AtomicBoolean soon = new AtomicBoolean();
  private volatile Ring ring = Ring.unknown();
  private volatile boolean closed;

  RingWatch(
      AlarmClock clock, Duration every, Supplier<List<Node>> nodes, Consumer<Ring> whenChanged) {
    this.clock = clock;
    this.everyNanos = every.toNanos();
    this.nodes = nodes;
    this.whenChanged = whenChanged;
  }

  Ring ring() {
    return ring;
  }

  void begin() {
    refresh();
    clock.after(everyNanos, this::refreshNowAndThen);
  }

  private void refreshNowAndThen() {
    if (!closed) {
      begin();
    }
  }

  void refreshSoon() {
    if (!closed && soon.compareAndSet(false, true)) {
      clock.after(
          SOON_NANOS,
          () -> {
            soon.set(false);
            refresh();
          });
    }
  }

  private void refresh() {
    if (closed) {
      return;
    }
    long now = System.nanoTime();
    List<Node> known = nodes.get();
    Node asked =
        known.stream().filter(node -> node.circuit().allows(now)).findFirst().orElse(known.get(0));
    var question = new RingQuestion(ring.epoch(), this::told, this::refreshSoon);
    clock.after(PATIENCE_NANOS, question::giveUp);
    asked.send(question);
  }

  private synchronized void learn(Topology topology) {
    Ring before = ring;
    Ring now = before.learn(topology);
    ring = now;
    if (now.epoch() != before.epoch()) {
      whenChanged.accept(now);
    }
  }

  private void told(Topology topology) {
    learn(topology);
    if (!ring.isKnown()) {
      refreshSoon(); // It has not joined a ring yet.
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
