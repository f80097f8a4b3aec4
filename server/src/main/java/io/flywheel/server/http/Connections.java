package io.flywheel.server.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of one loop share: their clock and their flushes, and with those of other
 * loops their number and their memory. All on the loop's thread, but for the count.
 */
final class Connections {
  private final EventLoop eventLoop;
  private final HttpLimits limits;
  private final Budget places;
  private final Budget memory;
  private final Set<Connection> open = new LinkedHashSet<>();
  private ArrayList<Connection> unflushed = new ArrayList<>();
  private boolean flushing;

  /**
   * For one loop.
   *
   * @param places how many connections there may be, on all loops
   * @param memory what they may take, on all loops
   */
  Connections(EventLoop eventLoop, HttpLimits limits, Budget places, Budget memory) {
    this.eventLoop = eventLoop;
    this.limits = limits;
    this.places = places;
    this.memory = memory;
  }

  HttpLimits limits() {
    return limits;
  }

  Budget memory() {
    return memory;
  }

  /** Begins to look at deadlines: one timer for all, instead of one for each. */
  void start() {
    long period = limits.sweepMillis();
    var _ = eventLoop.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
  }

  /** False if there are too many already. */
  boolean admit(Connection connection) {
    return places.take(1) && open.add(connection);
  }

  void forget(Connection connection) {
    if (open.remove(connection)) {
      places.giveBack(1);
    }
  }

  /** The connection is another protocol's from now on, and counts until it is closed. */
  void handOver(Connection connection, ChannelFuture closed) {
    open.remove(connection);
    closed.addListener(_ -> places.giveBack(1));
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

  /** Ends what is idle, and the rest as soon as it has been answered. On any thread. */
  void retire() {
    eventLoop.execute(() -> new ArrayList<>(open).forEach(Connection::retire));
  }
}
