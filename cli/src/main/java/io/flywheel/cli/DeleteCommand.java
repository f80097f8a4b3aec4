package io.flywheel.cli;

import io.flywheel.cli.QuorumOptions.Read;
import io.flywheel.cli.QuorumOptions.Timeout;
import io.flywheel.cli.QuorumOptions.Write;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Deletes what is under a key; without a context the node reads one first. */
@Command(name = "delete", description = "Delete the value under a key.")
final class DeleteCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private KeyOptions key;
  @Mixin private Write write;
  @Mixin private Read read;
  @Mixin private Timeout timeout;

  @Option(
      names = "--context",
      paramLabel = "TOKEN",
      description = "Delete what this context covers, not what came later.")
  private @Nullable String context;

  @Override
  public Integer call() throws Failure, IOException {
    Request delete = Request.of("DELETE", key.path("/kv"));
    if (context != null) {
      delete = delete.header("Context", context);
    }
    Answer answer = main.session().write(timeout.addTo(read.addTo(write.addTo(delete))));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    }
    if (answer.status() == 404) {
      throw new Failure(Exit.NOT_FOUND, "no value under " + key.name() + "; nothing to delete");
    }
    if (!main.wantsJson()) {
      main.terminal().line(main.terminal().green("deleted") + Receipt.of(answer));
    }
    return Exit.DONE.status();
  }
}
