package io.flywheel.server.peer;

import java.net.InetSocketAddress;

/** A host and a port, written {@code host:port}; the host of an IPv6 address in brackets. */
record PeerAddress(String host, int port) {
  /** Throws {@link IllegalArgumentException} for anything else. */
  static PeerAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT", e);
    }
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
    }
    return new PeerAddress(host, port);
  }

  static PeerAddress of(InetSocketAddress socket) {
    return new PeerAddress(socket.getHostString(), socket.getPort());
  }

  /** Looks the host up, which may block unless it is a literal address. */
  InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
