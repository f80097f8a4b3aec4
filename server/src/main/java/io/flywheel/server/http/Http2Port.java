package io.flywheel.server.http;

import io.netty.channel.Channel;

/** Takes over the connections of clients that speak HTTP/2. */
@FunctionalInterface
public interface Http2Port {
  /**
   * Gives the connection its handlers, behind those that it has, on the same loop.
   *
   * @param whenTaken passes on what has arrived by then
   */
  void take(Channel connection, Runnable whenTaken);
}
