package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Where a key belongs, and what each of its replicas holds of it. */
@Command(name = "explain", description = "Print everything about one key.")
final class ExplainCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private KeyOptions key;

  @Override
  public Integer call() throws Failure, IOException {
    Answer answer = main.session().read(Request.of("GET", key.path("/admin/explain")));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    } else {
      print(answer.json());
    }
    return Exit.DONE.status();
  }

  private void print(Json found) {
    row("key", key.name());
    row("token", found.get("token").text());
    row(
        "partition",
        "%s of %s, ring epoch %s"
            .formatted(
                found.get("partition").text("unknown"),
                found.get("partitions").text("unknown"),
                found.get("epoch").text("unknown")));
    List<String> preferred = found.get("preference-list").items().stream().map(Json::text).toList();
    row("preference", String.join(", ", preferred));
    row("hints", found.get("hints-waiting").text("0") + " waiting");
    row("proven", found.get("last-proven").text("never yet") + " identical on all replicas");
    for (Json replica : found.get("replicas").items()) {
      printReplica(replica);
    }
  }

  private void row(String label, String text) {
    main.terminal().line("%-12s%s".formatted(label, text));
  }

  private void printReplica(Json replica) {
    Terminal terminal = main.terminal();
    String role = replica.get("primary").isTrue() ? "primary" : "fallback";
    String note = replica.get("note").text();
    List<String> owed = replica.get("owed").items().stream().map(Json::text).toList();
    terminal.line("");
    terminal.line(
        terminal.bold(replica.get("node").text())
            + " ("
            + role
            + (owed.isEmpty() ? "" : ", keeps it for " + String.join(", ", owed))
            + (note.isEmpty() ? "" : ", " + note)
            + ")");
    List<Json> siblings = replica.get("siblings").items();
    if (!replica.get("answered").isTrue()) {
      terminal.line("  " + terminal.red("did not answer"));
    } else if (siblings.isEmpty()) {
      terminal.line("  holds nothing");
    }
    siblings.forEach(sibling -> terminal.line("  " + describe(sibling)));
  }

  private static String describe(Json sibling) {
    List<String> parts = new ArrayList<>();
    parts.add(
        sibling.get("tombstone").isTrue()
            ? "deletion"
            : "value of " + sibling.get("value-bytes").text() + " bytes");
    String type = sibling.get("content-type").text();
    if (!type.isEmpty()) {
      parts.add(type);
    }
    parts.add("dot " + sibling.get("dot").text());
    String writer = sibling.get("written-by").text();
    String by = writer.isEmpty() ? "incarnation " + sibling.get("incarnation").text() : writer;
    parts.add("written at " + sibling.get("written-at").text() + " by " + by);
    String expiry = sibling.get("expires-at").text();
    if (!expiry.isEmpty()) {
      parts.add("expires at " + expiry);
    }
    return String.join(", ", parts);
  }
}
