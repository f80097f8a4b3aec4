package io.flywheel.server.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of one server share: their number, their memory, their clock and their
 * flushes. All on the loop's thread.
 */
final class Connections {
  private final EventLoop eventLoop;
  private final HttpLimits limits;
  private final MemoryBudget budget;
  private final Set<Connection> open = new LinkedHashSet<>();
  private ArrayList<Connection> unflushed = new ArrayList<>();
  private boolean flushing;
  private int handedOver;

  Connections(EventLoop eventLoop, HttpLimits limits) {
    this.eventLoop = eventLoop;
    this.limits = limits;
    this.budget = new MemoryBudget(limits.bufferedBytes());
  }

  HttpLimits limits() {
    return limits;
  }

  MemoryBudget budget() {
    return budget;
  }

  int count() {
    return open.size() + handedOver;
  }

  /** Begins to look at deadlines: one timer for all, instead of one for each. */
  void start() {
    long period = limits.sweepMillis();
    var _ = eventLoop.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
  }

  /** False if there are too many already. */
  boolean admit(Connection connection) {
    return count() < limits.connections() && open.add(connection);
  }

  void forget(Connection connection) {
    open.remove(connection);
  }

  /** The connection is another protocol's from now on, and counts until it is closed. */
  void handOver(Connection connection, ChannelFuture closed) {
    open.remove(connection);
    handedOver++;
    closed.addListener(_ -> handedOver--);
  }

  /**
   * Flushes the connection once the loop has done what it is at, together with all others that were
   * answered meanwhile.
   */
  void flushSoon(Connection connection) {
    unflushed.add(connection);
    if (!flushing) {
      flushing = true;
      eventLoop.execute(this::flush);
    }
  }

  private void flush() {
    var ready = unflushed;
    unflushed = new ArrayList<>();
    flushing = false;
    ready.forEach(Connection::flush);
  }

  private void sweep() {
    long now = System.nanoTime();
    for (Connection connection : new ArrayList<>(open)) {
      connection.sweep(now);
    }
  }

  /** Ends what is idle now, and the rest as soon as it has been answered. */
  void retire() {
    for (Connection connection : new ArrayList<>(open)) {
      connection.retire();
    }
  }
}
