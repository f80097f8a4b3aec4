package io.flywheel.cli;

import io.flywheel.cli.QuorumOptions.Read;
import io.flywheel.cli.QuorumOptions.Timeout;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Prints the value under a key. A single value goes out byte for byte, so that it can be piped into
 * a file and compared; only a terminal gets a line end after it, for the prompt's sake.
 */
@Command(name = "get", description = "Print the value under a key, or all its siblings.")
final class GetCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private KeyOptions key;
  @Mixin private Read read;
  @Mixin private Timeout timeout;

  @Option(names = "--file", paramLabel = "FILE", description = "Write the value to this file.")
  private @Nullable Path file;

  @Override
  public Integer call() throws Failure, IOException {
    Request get = Request.of("GET", key.path("/kv")).header("Accept", "application/json");
    Answer answer = main.session().read(timeout.addTo(read.addTo(get)));
    if (main.wantsJson() && file == null) {
      main.terminal().json(answer);
    }
    if (answer.status() == 404) {
      throw new Failure(Exit.NOT_FOUND, "no value under " + key.name() + "; store one with put");
    }
    Json found = answer.json();
    List<Json> versions = found.get("versions").items();
    if (file != null) {
      save(file, versions, found);
    } else if (main.wantsJson()) {
      return Exit.DONE.status();
    } else if (versions.isEmpty()) {
      print(StoredValue.read(found));
    } else {
      for (int i = 0; i < versions.size(); i++) {
        main.terminal().line(numbered(i + 1, versions.get(i)));
      }
    }
    return Exit.DONE.status();
  }

  private void save(Path target, List<Json> versions, Json found) throws Failure {
    if (!versions.isEmpty()) {
      throw new Failure(
          Exit.FAILED,
          key.name()
              + " has "
              + versions.size()
              + " siblings, and a file takes one value; get them without --file, put one for all");
    }
    try {
      Files.write(target, StoredValue.read(found));
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, "cannot write " + target + "; name another file", e);
    }
  }

  private void print(byte[] value) {
    Terminal terminal = main.terminal();
    terminal.write(value);
    if (terminal.isInteractive() && (value.length == 0 || value[value.length - 1] != '\n')) {
      terminal.line("");
    }
  }

  /** One sibling a line; further lines of a value are indented, and what is no text is base64. */
  private static String numbered(int number, Json version) throws Failure {
    byte[] bytes = StoredValue.read(version);
    String label = number + ": ";
    if (!RawText.isUtf8(bytes)) {
      return label + version.get("value").text() + " (base64)";
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    return label + text.stripTrailing().replace("\n", "\n" + " ".repeat(label.length()));
  }
}
