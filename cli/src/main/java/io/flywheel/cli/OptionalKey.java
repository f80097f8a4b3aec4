package io.flywheel.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A key, or none for all of them. */
final class OptionalKey {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KEY",
      description = "Only this key; all unless given.")
  private @Nullable String key;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "The key's namespace (${DEFAULT-VALUE}).")
  private String namespace;

  boolean isGiven() {
    return key != null;
  }

  String name() {
    return "'" + key + "'" + (namespace.equals("default") ? "" : " of namespace " + namespace);
  }

  String namespace() throws Failure {
    return encoded(namespace);
  }

  String key() throws Failure {
    return encoded(String.valueOf(key));
  }

  /** Namespace and key, as a query carries them. */
  String path() throws Failure {
    return namespace() + "/" + key();
  }

  private static String encoded(String text) throws Failure {
    if (text.isEmpty()) {
      throw new Failure(Exit.USAGE, "an empty key or namespace names nothing; give one");
    }
    return KeyOptions.encode(text);
  }
}
