package io.flywheel.cli;

import io.flywheel.cli.QuorumOptions.Read;
import io.flywheel.cli.QuorumOptions.Timeout;
import io.flywheel.cli.QuorumOptions.Write;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * Stores a value. It reads the key's context first, so that the value replaces what is there; what
 * others write between that read and the put stays beside it.
 */
@Command(name = "put", description = "Store a value under a key.")
final class PutCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private KeyOptions key;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value; - reads it from standard input.")
  private @Nullable String value;

  @Option(names = "--file", paramLabel = "FILE", description = "Store this file's bytes.")
  private @Nullable Path file;

  @Mixin private Write write;
  @Mixin private Read read;

  @Option(
      names = "--context",
      paramLabel = "TOKEN",
      description = "Replace what this context covers, and read nothing first.")
  private @Nullable String context;

  @Option(names = "--blind", description = "Replace nothing: write beside what is there.")
  private boolean blind;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      converter = Durations.Seconds.class,
      description = "How long the value lives, as 90s, 1h or 30d; a number alone is seconds.")
  private @Nullable Duration ttl;

  @Mixin private Timeout timeout;

  @Override
  public Integer call() throws Failure, IOException {
    byte[] bytes = bytes();
    Session session = main.session();
    String path = key.path("/kv");
    Request put = Request.of("PUT", path).json(StoredValue.write(bytes, context(session, path)));
    if (ttl != null) {
      put = put.header("TTL", Long.toString(ttl.toSeconds()));
    }
    Answer answer = session.write(timeout.addTo(write.addTo(put)));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    } else {
      main.terminal().line(main.terminal().green("stored") + Receipt.of(answer));
    }
    return Exit.DONE.status();
  }

  private byte[] bytes() throws Failure {
    if ((value == null) == (file == null)) {
      throw new Failure(Exit.USAGE, "put takes a VALUE, or - for standard input, or --file FILE");
    }
    if (file != null) {
      try {
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new Failure(
            Exit.FAILED, "cannot read " + file + "; name a file that you may read", e);
      }
    }
    return "-".equals(value) ? main.terminal().readAll() : RawText.bytes(String.valueOf(value));
  }

  private @Nullable String context(Session session, String path) throws Failure, IOException {
    if (blind && context != null) {
      throw new Failure(Exit.USAGE, "--blind and --context exclude each other; give one of them");
    }
    if (blind || context != null) {
      return context;
    }
    Request get = write.addToRead(timeout.addTo(Request.of("GET", path)));
    return KeyContext.read(session, get, read);
  }
}
