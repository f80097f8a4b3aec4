package io.flywheel.client;

import java.util.regex.Pattern;

/** {@code 127.0.0.1:7401}, {@code localhost:7401} or {@code [::1]:7401}. */
record NodeAddress(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:([A-Za-z0-9._-]+)|\\[([0-9A-Fa-f:.%a-z]+)])?:([1-9][0-9]{0,4})");
  private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
  private static final Pattern ANY = Pattern.compile("0\\.0\\.0\\.0|[0:]*:[0:]*");

  /**
   * @throws IllegalArgumentException where the text is no address
   */
  static NodeAddress parse(String text) {
    var form = FORM.matcher(text);
    if (form.matches()) {
      String host = form.group(1) != null ? form.group(1) : form.group(2);
      int port = Integer.parseInt(form.group(3));
      if (host != null && port <= 0xffff) {
        return new NodeAddress(host, port);
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no address; it is host:port, such as 127.0.0.1:7401");
  }

  /** No name, which would have to be looked up. */
  boolean isNumeric() {
    return host.contains(":") || NUMBERS.matcher(host).matches();
  }

  /** Whether a node can be reached by what it says of itself. */
  static boolean isUsable(String text) {
    return FORM.matcher(text).matches() && !ANY.matcher(parse(text).host).matches();
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
