package io.flywheel.server.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host and a port, {@code 127.0.0.1:7401} or {@code [::1]:7401}. The host is without brackets.
 */
public record Address(String host, int port) {
  public static final String RULE = "host:port, such as 127.0.0.1:7401";

  private static final int MAX_CHARS = 255;
  private static final Pattern FORM =
      Pattern.compile("(?:([A-Za-z0-9._-]+)|\\[([0-9A-Fa-f:.%a-z]+)])?:([1-9][0-9]{0,4})");

  /** Null where the text is no address. */
  public static @Nullable Address parse(String text) {
    var form = FORM.matcher(text);
    if (text.length() > MAX_CHARS || !form.matches()) {
      return null;
    }
    String host = form.group(1) != null ? form.group(1) : form.group(2);
    int port = Integer.parseInt(form.group(3));
    return host == null || port > 65_535 ? null : new Address(host, port);
  }

  /** Whether it stands for all of a machine's addresses, and so for none that others could dial. */
  public boolean isWildcard() {
    return host.equals("0.0.0.0") || host.matches("[0:]*:[0:]*") || host.matches("0+");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
