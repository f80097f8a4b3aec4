package io.flywheel.cli;

import io.flywheel.cli.QuorumOptions.Read;
import io.flywheel.cli.QuorumOptions.Timeout;
import io.flywheel.cli.QuorumOptions.Write;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * The values that a namespace's rule discarded: under {@code last-write-wins} the older of two
 * concurrent writes, under {@code keep-newest} what was too many. Whichever replica discards one
 * logs it, so that every member is asked. Restoring is a put of such a value, in place of what the
 * key holds by then.
 */
@Command(
    name = "losers",
    description = "Print the values that conflicts discarded, or put one back.")
final class LosersCommand implements Callable<Integer> {
  private static final int SHOWN_CHARACTERS = 40;

  @ParentCommand private Main main;
  @Mixin private OptionalKey key;

  @Option(
      names = "--restore",
      paramLabel = "NUMBER",
      description = "Put this one back, in place of what KEY holds now.")
  private @Nullable Integer restored;

  @Mixin private Write write;
  @Mixin private Read read;
  @Mixin private Timeout timeout;

  @Override
  public Integer call() throws Failure, IOException {
    Session session = main.session();
    if (restored != null && !key.isGiven()) {
      throw new Failure(Exit.USAGE, "--restore needs the KEY that the number is of; give both");
    }
    String query = key.isGiven() ? "?namespace=" + key.namespace() + "&key=" + key.key() : "";
    Map<String, Answer> answers = new LinkedHashMap<>();
    for (Json member : Members.of(session)) {
      Answer answer = Members.ask(member, Request.of("GET", "/admin/losers" + query));
      if (answer == null) {
        main.terminal()
            .complain(
                Members.name(member) + " does not answer; what it alone discarded is missing");
      } else if (answer.status() != 200) {
        throw Problem.ofRead(answer);
      } else {
        answers.put(Members.name(member), answer);
        if (!answer.json().get("complete").isTrue()) {
          main.terminal()
              .complain(
                  Members.name(member)
                      + " shows the newest of what it has"
                      + (key.isGiven() ? "" : "; name a KEY to see older ones of it"));
        }
      }
    }
    List<Json> losers = merged(answers.values());
    if (restored != null) {
      restore(session, losers, restored);
    } else if (main.wantsJson()) {
      printJson(answers);
    } else {
      print(losers);
    }
    return Exit.DONE.status();
  }

  /** Each once, the oldest first, so that newer ones do not change the numbers of older ones. */
  private static List<Json> merged(Collection<Answer> answers) throws IOException {
    Map<String, Json> losers = new LinkedHashMap<>();
    for (Answer answer : answers) {
      for (Json loser : answer.json().get("losers").items()) {
        losers.putIfAbsent(identity(loser), loser);
      }
    }
    List<Json> sorted = new ArrayList<>(losers.values());
    sorted.sort(
        Comparator.comparing((Json loser) -> loser.get("written-at").text())
            .thenComparing(LosersCommand::identity));
    return sorted;
  }

  private static String identity(Json loser) {
    return loser.get("namespace").text()
        + "/"
        + loser.get("key-hex").text(loser.get("key").text())
        + " "
        + loser.get("dot").text();
  }

  private void printJson(Map<String, Answer> answers) {
    List<String> members = new ArrayList<>();
    answers.forEach(
        (name, answer) ->
            members.add("{\"node\":\"%s\",\"log\":%s}".formatted(name, answer.text().strip())));
    main.terminal().line("{\"members\":[" + String.join(",", members) + "]}");
  }

  private void print(List<Json> losers) throws Failure {
    if (losers.isEmpty()) {
      main.terminal().line("no value was discarded, or none is remembered");
      return;
    }
    var table = new Table("number", "namespace", "key", "written-at", "by", "bytes", "value");
    for (int i = 0; i < losers.size(); i++) {
      Json loser = losers.get(i);
      byte[] value = StoredValue.read(loser);
      table.row(
          key.isGiven() ? Integer.toString(i + 1) : "",
          loser.get("namespace").text(),
          loser.get("key").text(),
          loser.get("written-at").text(),
          loser.get("written-by").text(),
          Integer.toString(value.length),
          shortened(value, loser));
    }
    table.print(main.terminal());
  }

  private static String shortened(byte[] value, Json loser) {
    if (!RawText.isUtf8(value)) {
      return loser.get("content-type").text("not text");
    }
    String line = new String(value, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ");
    return line.codePointCount(0, line.length()) <= SHOWN_CHARACTERS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, SHOWN_CHARACTERS)) + "...";
  }

  private void restore(Session session, List<Json> losers, int number) throws Failure, IOException {
    if (number < 1 || number > losers.size()) {
      throw new Failure(
          Exit.NOT_FOUND,
          "there is no number %d among the %d values that %s lost; see `flywheel losers`"
              .formatted(number, losers.size(), key.name()));
    }
    Json loser = losers.get(number - 1);
    String path = "/kv/" + key.path();
    String context = KeyContext.read(session, timeout.addTo(Request.of("GET", path)), read);
    Request put = body(Request.of("PUT", path), loser, context);
    Answer answer = session.write(timeout.addTo(write.addTo(living(put, loser))));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    } else {
      main.terminal().line(main.terminal().green("restored") + Receipt.of(answer));
    }
  }

  private static Request body(Request put, Json loser, @Nullable String context)
      throws Failure, IOException {
    byte[] value = StoredValue.read(loser);
    String type = loser.get("content-type").text();
    if (type.isEmpty()) {
      return put.json(StoredValue.write(value, context));
    }
    Request typed = put.json(value).header("Content-Type", type);
    return context == null ? typed : typed.header("Context", context);
  }

  /** Put back, it ends when it would have. */
  private static Request living(Request put, Json loser) throws Failure {
    String expiry = loser.get("expires-at").text();
    if (expiry.isEmpty()) {
      return put;
    }
    try {
      long seconds = Duration.between(Instant.now(), Instant.parse(expiry)).toSeconds();
      if (seconds > 0) {
        return put.header("TTL", Long.toString(seconds));
      }
    } catch (DateTimeException e) {
      throw new Failure(Exit.FAILED, "the node's time " + expiry + " is none", e);
    }
    throw new Failure(Exit.FAILED, "it has expired at " + expiry + "; put it as a new value");
  }
}
