package io.flywheel.cli.http;

/** Where a node listens, as {@code HOST:PORT}; an IPv6 host is in brackets. */
public record NodeAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /** Parses {@code HOST:PORT}; the message of what it throws says what is wrong. */
  public static NodeAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":") || host.contains("/")) {
      throw notAnAddress(text);
    }
    int port = port(text, text.substring(colon + 1));
    if (host.isEmpty()) {
      throw notAnAddress(text);
    }
    return new NodeAddress(host, port);
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(complaint(text), e);
    }
    throw notAnAddress(text);
  }

  private static IllegalArgumentException notAnAddress(String text) {
    return new IllegalArgumentException(complaint(text));
  }

  private static String complaint(String text) {
    return "'" + text + "' is not HOST:PORT, as in 127.0.0.1:7401";
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
