package io.flywheel.server.http;

import io.netty.channel.Channel;

/** Takes over the connections of clients that speak another protocol than HTTP/1.1. */
public interface ProtocolPort {
  /** What each such connection begins with. No preface begins another one. */
  byte[] preface();

  /**
   * Gives the connection its handlers, behind those that it has, on the same loop.
   *
   * @param whenTaken passes on what has arrived by then, the preface included
   */
  void take(Channel connection, Runnable whenTaken);
}
