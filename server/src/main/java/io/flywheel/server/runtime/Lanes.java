package io.flywheel.server.runtime;

import io.flywheel.server.peer.Sockets;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of one server that serve clients. With one lane in all the node's loop does
 * everything: a request is read, coordinated and answered without changing threads, which costs
 * least. With more, clients' connections are dealt to the others in turn, and the node's loop is
 * left to the node and its peers: reading and writing sockets, HTTP, gRPC and JSON are about half
 * of what a small request costs. A lane never owns a part of the keys, so nothing about the
 * protocol changes.
 */
public final class Lanes implements AutoCloseable {
  public static final int MOST = 64;

  private static final long PASS_SECONDS = 2;
  private static final long END_SECONDS = 5;

  private final RequestPort node;
  private final EventLoopGroup group;
  private final List<Lane> lanes;

  private Lanes(RequestPort node, EventLoopGroup group, List<Lane> lanes) {
    this.node = node;
    this.group = group;
    this.lanes = lanes;
  }

  /**
   * Starts the lanes beside a node's loop.
   *
   * @param count how many in all, that of the node included
   */
  public static Lanes beside(RequestPort node, Sockets sockets, int count, String threadName) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " lanes, not " + count);
    }
    if (count == 1) {
      return new Lanes(node, node.eventLoop(), List.of(node));
    }
    var group = sockets.loops(count - 1, threadName);
    var lanes = new ArrayList<Lane>();
    group.forEach(loop -> lanes.add(new ClientLane((EventLoop) loop, node)));
    return new Lanes(node, group, List.copyOf(lanes));
  }

  /** The node itself, for its own loop. */
  public RequestPort node() {
    return node;
  }

  /** Deals connections to the lanes that serve clients. */
  public EventLoopGroup group() {
    return group;
  }

  /** Those that serve clients. */
  public List<Lane> serving() {
    return lanes;
  }

  /**
   * Ends the loops beside the node's, and with them their connections, once what the node has
   * answered is written. The node refuses by now, and its own loop goes on.
   */
  @Override
  public void close() {
    if (lanes.contains(node) || group.isShuttingDown()) {
      return;
    }
    // One for each step: what was read crosses, the node answers it, that crosses back, is written,
    // and flushed.
    lanes.forEach(Lanes::pass);
    pass(node);
    pass(node);
    lanes.forEach(Lanes::pass);
    lanes.forEach(Lanes::pass);
    group
        .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until the loop has done what it had to do when this was called. */
  private static void pass(Lane lane) {
    lane.eventLoop().submit(() -> {}).awaitUninterruptibly(PASS_SECONDS, TimeUnit.SECONDS);
  }
}
