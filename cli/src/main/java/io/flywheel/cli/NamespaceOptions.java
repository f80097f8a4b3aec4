package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a namespace is to be; the node that is asked knows what can be said. */
final class NamespaceOptions {
  @Option(
      names = "--conflicts",
      paramLabel = "RULE",
      description =
          "siblings (of a new one, if nothing is said) or last-write-wins; it never changes.")
  private @Nullable String conflicts;

  @Option(
      names = "--overflow",
      paramLabel = "RULE",
      description = "What a write meets that leaves too much: refuse or keep-newest.")
  private @Nullable String overflow;

  @Option(
      names = "--blind-writes",
      paramLabel = "RULE",
      description = "Writes without a context: allow or refuse.")
  private @Nullable String blindWrites;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "How long values live whose write does not say: 30d, or none for ever.")
  private @Nullable String ttl;

  boolean saysNothing() {
    return conflicts == null && overflow == null && blindWrites == null && ttl == null;
  }

  byte[] body(String change, String name, boolean dryRun) {
    return Json.object(
        json -> {
          json.writeStringField("change", change);
          json.writeStringField("name", name);
          write(json, "conflicts", conflicts);
          write(json, "overflow", overflow);
          write(json, "blind-writes", blindWrites);
          if ("none".equals(ttl)) {
            json.writeNullField("ttl");
          } else {
            write(json, "ttl", ttl);
          }
          if (dryRun) {
            json.writeBooleanField("dry-run", true);
          }
        });
  }

  private static void write(JsonGenerator json, String member, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(member, text);
    }
  }
}
