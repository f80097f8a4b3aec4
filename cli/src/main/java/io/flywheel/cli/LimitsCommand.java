package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import io.flywheel.server.config.SizeText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** What writes are held to, in the whole cluster. */
@Command(name = "limits", description = "Print what writes are held to, or change it.")
final class LimitsCommand implements Callable<Integer> {
  private static final String PATH = "/admin/limits";
  private static final List<String> LIMITS = List.of("value", "siblings", "object");

  @ParentCommand private Main main;
  @Mixin private Consent consent;

  @Option(
      names = "--value",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "The largest value, such as 4MiB; 16MiB at most.")
  private @Nullable Long value;

  @Option(names = "--siblings", paramLabel = "N", description = "The most siblings of a key.")
  private @Nullable Long siblings;

  @Option(
      names = "--object",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "The most that all siblings of a key take together; 64MiB at most.")
  private @Nullable Long object;

  /** Sizes as in the configuration. */
  static final class Sizes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      long bytes = SizeText.parseBytes(text);
      if (bytes < 0) {
        throw new TypeConversionException("'" + text + "' is no size: write " + SizeText.RULE);
      }
      return bytes;
    }
  }

  @Override
  public Integer call() throws Failure, IOException {
    if (value != null || siblings != null || object != null) {
      return new Decision(main, consent).make(PATH, this::body, LimitsCommand::describe);
    }
    Answer answer = main.session().read(Request.of("GET", PATH));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    } else {
      Json limits = answer.json().get("limits");
      main.terminal()
          .line(
              "value %s, siblings %s, object %s"
                  .formatted(
                      limits.get("value").text(),
                      limits.get("siblings").text(),
                      limits.get("object").text()));
    }
    return Exit.DONE.status();
  }

  private byte[] body(boolean dryRun) {
    return Json.object(
        json -> {
          write(json, "value", value);
          write(json, "siblings", siblings);
          write(json, "object", object);
          if (dryRun) {
            json.writeBooleanField("dry-run", true);
          }
        });
  }

  private static void write(JsonGenerator json, String limit, @Nullable Long number)
      throws IOException {
    if (number != null) {
      json.writeNumberField(limit, number);
    }
  }

  private static String describe(Json foretold) {
    var parts = new ArrayList<String>();
    for (String limit : LIMITS) {
      String is = foretold.get("before").get(limit).text();
      String willBe = foretold.get("limits").get(limit).text();
      if (!is.equals(willBe)) {
        parts.add(limit + " " + is + " -> " + willBe);
      }
    }
    return parts.isEmpty() ? "the limits are like this already" : String.join(", ", parts);
  }
}
