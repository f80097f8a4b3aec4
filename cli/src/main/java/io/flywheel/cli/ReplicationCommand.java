package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** How many copies there are of each key. */
@Command(
    name = "replication",
    description = "Print how many copies of each key there are, or let there be others.")
final class ReplicationCommand implements Callable<Integer> {
  private static final String EXAMPLE = "write 3, \"{n: 3}\" or \"{dc1: 3, dc2: 2}\"";

  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "COPIES",
      description = "How many, as in a configuration: 3, \"{n: 3}\", \"{dc1: 3, dc2: 2}\".")
  private @Nullable String wanted;

  @Override
  public Integer call() throws Failure, IOException {
    if (wanted == null) {
      if (options.isUndo() || options.consent().isDryRun()) {
        throw new Failure(Exit.USAGE, "say how many copies that is about: " + EXAMPLE);
      }
      return show();
    }
    CopyCounts copies = CopyCounts.parse(wanted);
    if (copies == null) {
      throw new Failure(Exit.USAGE, "'" + wanted + "' says no numbers of copies: " + EXAMPLE);
    }
    return new RingChanger(main, options, Change.ofCopies(copies)).run();
  }

  private int show() throws Failure, IOException {
    Session session = main.session();
    Json ring = session.read(Request.of("GET", Change.PATH)).json();
    Json members = session.read(Request.of("GET", "/admin/members")).json();
    CopyCounts copies = CopyCounts.of(ring.get("replication"));
    if (main.wantsJson()) {
      byte[] json = Json.object(out -> write(out, copies, ring, members));
      main.terminal().line(new String(json, StandardCharsets.UTF_8));
      return Exit.DONE.status();
    }
    main.terminal().line(describe(copies, members));
    Json change = ring.get("change");
    if (change != Json.NOTHING) {
      main.terminal().line(Change.describe(change));
    }
    return Exit.DONE.status();
  }

  private static void write(JsonGenerator out, CopyCounts copies, Json ring, Json members)
      throws IOException {
    out.writeNumberField("epoch", ring.get("epoch").integer());
    copies.write(out);
    out.writeStringField("r", members.get("r").text());
    out.writeStringField("w", members.get("w").text());
  }

  /** What holds of copies, and for requests that do not say. */
  static String describe(CopyCounts copies, Json members) {
    return "copies of each key: %s; R is %s and W is %s where a request does not say"
        .formatted(copies, members.get("r").text(), members.get("w").text());
  }
}
