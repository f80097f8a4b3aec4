package io.flywheel.server.config;

/** A configuration that is refused; the message is one line: where, which setting, and why. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  public ConfigException(String origin, String reason) {
    super(oneLine(origin + ": " + reason));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
  }
}
