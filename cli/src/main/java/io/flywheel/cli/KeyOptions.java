package io.flywheel.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names a key and its namespace. */
final class KeyOptions {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final String HEX = "0123456789ABCDEF";

  @Parameters(index = "0", paramLabel = "KEY", description = "1 to 1,024 bytes.")
  private String key;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "The key's namespace (${DEFAULT-VALUE}).")
  private String namespace;

  /** For messages. */
  String name() {
    return "'" + key + "'" + (namespace.equals("default") ? "" : " of namespace " + namespace);
  }

  /** The key's path below a prefix such as {@code /kv}. */
  String path(String prefix) throws Failure {
    if (key.isEmpty() || namespace.isEmpty()) {
      throw new Failure(Exit.USAGE, "an empty key or namespace names nothing; give one");
    }
    String place = namespace.equals("default") ? "" : "/" + encode(namespace);
    return prefix + place + "/" + encode(key);
  }

  static String encode(String text) {
    var encoded = new StringBuilder();
    for (byte b : RawText.bytes(text)) {
      if (UNRESERVED.indexOf((char) (b & 0xff)) >= 0) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.charAt((b & 0xf0) >> 4)).append(HEX.charAt(b & 0xf));
      }
    }
    return encoded.toString();
  }
}
