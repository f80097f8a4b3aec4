package io.flywheel.cli;

import io.flywheel.cli.http.Request;
import io.flywheel.core.model.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How many nodes have to answer, and how soon: groups of options that become request headers. */
final class QuorumOptions {
  private QuorumOptions() {}

  /** Of writes. */
  static final class Write {
    @Option(
        names = "--w",
        paramLabel = "W",
        converter = Answers.class,
        description =
            "Nodes that must have the write on disk: a number, or one of " + Level.NAMES + ".")
    private @Nullable String w;

    @Option(names = "--pw", paramLabel = "PW", description = "As --w, counting only the key's own.")
    private @Nullable Integer pw;

    Request addTo(Request request) {
      return withHeader(withHeader(request, "W", w), "PW", pw);
    }

    /** What a read before the write asks for: no data centre that the write need not reach. */
    Request addToRead(Request request) {
      String local = Level.LOCAL_QUORUM.toString();
      return local.equals(w) ? request.header("R", local) : request;
    }
  }

  /** Of reads. */
  static final class Read {
    @Option(
        names = "--r",
        paramLabel = "R",
        converter = Answers.class,
        description = "Nodes that must answer a read: a number, or one of " + Level.NAMES + ".")
    private @Nullable String r;

    @Option(names = "--pr", paramLabel = "PR", description = "As --r, counting only the key's own.")
    private @Nullable Integer pr;

    boolean isGiven() {
      return r != null || pr != null;
    }

    Request addTo(Request request) {
      return withHeader(withHeader(request, "R", r), "PR", pr);
    }
  }

  /** Of both. */
  static final class Timeout {
    private static final int SLACK_MILLIS = 5_000;
    private static final int MAX_MILLIS = 24 * 3_600 * 1_000;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        converter = Durations.class,
        description = "How long the nodes may take, as 200ms or 2s; 1s unless given.")
    private @Nullable Duration timeout;

    Request addTo(Request request) {
      if (timeout == null) {
        return request;
      }
      long millis = Math.min(timeout.toMillis(), MAX_MILLIS);
      return request.header("Timeout", millis + "ms").answerWithin((int) millis + SLACK_MILLIS);
    }
  }

  /** The node knows how many there can be; what is neither a number nor a name is refused here. */
  static final class Answers implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.matches("-?[0-9]{1,9}") && Level.named(text) == null) {
        throw new TypeConversionException(
            "'" + text + "' is neither a number nor one of " + Level.NAMES);
      }
      return text;
    }
  }

  private static Request withHeader(Request request, String name, @Nullable Object value) {
    return value == null ? request : request.header(name, value.toString());
  }
}
