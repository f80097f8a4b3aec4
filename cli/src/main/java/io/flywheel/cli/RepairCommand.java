package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Has all copies compared now, instead of in their turn, and mended where they differ: those of one
 * key, or of all. Every member compares what it holds, so each of them is asked. The work goes on
 * when nobody waits for it any more.
 */
@Command(name = "repair", description = "Compare all copies now, and mend those that differ.")
final class RepairCommand implements Callable<Integer> {
  private static final String PATH = "/admin/repair";
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  @ParentCommand private Main main;
  @Mixin private OptionalKey key;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Durations.class,
      defaultValue = "10m",
      description = "How long to wait for the end (${DEFAULT-VALUE}); the work goes on after that.")
  private Duration timeout;

  @Override
  public Integer call() throws Failure, IOException {
    Session session = main.session();
    if (key.isGiven()) {
      repairKey(session);
    } else {
      repairAll(Members.of(session));
    }
    return Exit.DONE.status();
  }

  private void repairKey(Session session) throws Failure, IOException {
    Answer answer = session.read(Request.of("POST", PATH + "?key=" + key.path()));
    if (main.wantsJson()) {
      main.terminal().json(answer);
    }
    Json repaired = answer.json();
    long replicas = repaired.get("replicas").integer();
    long equal = repaired.get("equal").integer();
    if (equal < replicas) {
      throw new Failure(
          Exit.UNAVAILABLE,
          "%d of %d copies of %s are equal, the others did not answer; look at `flywheel status`"
              .formatted(equal, replicas, key.name()));
    }
    if (!main.wantsJson()) {
      main.terminal()
          .line(
              "%s: all %d copies are equal, %d of them mended just now"
                  .formatted(key.name(), replicas, repaired.get("repaired").integer()));
    }
  }

  private void repairAll(List<Json> members) throws Failure, IOException {
    List<Json> asked = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (Json member : members) {
      Answer answer = Members.ask(member, Request.of("POST", PATH));
      if (answer == null) {
        silent.add(Members.name(member));
      } else if (answer.status() >= 400) {
        throw Problem.ofRead(answer);
      } else {
        asked.add(member);
      }
    }
    Map<String, Answer> last = new LinkedHashMap<>();
    boolean ended = follow(asked, silent, last);
    main.terminal().progress("");
    report(last);
    judge(ended, silent, last);
  }

  /** Waits until nobody is at it any more; false if it took too long. */
  private boolean follow(List<Json> asked, List<String> silent, Map<String, Answer> last)
      throws IOException {
    long since = System.nanoTime();
    while (true) {
      boolean running = false;
      for (Json member : asked) {
        String name = Members.name(member);
        if (silent.contains(name)) {
          continue;
        }
        Answer answer = Members.ask(member, Request.of("GET", PATH));
        if (answer == null || answer.status() != 200) {
          silent.add(name);
        } else {
          last.put(name, answer);
          running |= answer.json().get("running").isTrue();
        }
      }
      if (!running) {
        return true;
      }
      showProgress(last);
      if (System.nanoTime() - since > timeout.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void showProgress(Map<String, Answer> last) throws IOException {
    long proven = sum(last, "proven");
    long all = Math.max(1, sum(last, "partitions"));
    main.terminal()
        .progress(
            "%s compared, %d keys sent"
                .formatted(Figures.percent((double) proven / all), sum(last, "keysSent")));
  }

  private static long sum(Map<String, Answer> answers, String field) throws IOException {
    long sum = 0;
    for (Answer answer : answers.values()) {
      sum += answer.json().get(field).integer();
    }
    return sum;
  }

  private void report(Map<String, Answer> last) throws IOException {
    Terminal terminal = main.terminal();
    if (main.wantsJson()) {
      List<String> repairs = new ArrayList<>();
      last.forEach(
          (name, answer) ->
              repairs.add(
                  "{\"node\":\"%s\",\"repair\":%s}".formatted(name, answer.text().strip())));
      terminal.line("{\"repairs\":[" + String.join(",", repairs) + "]}");
      return;
    }
    var table = new Table("node", "partitions", "proven", "keys-sent");
    for (Map.Entry<String, Answer> node : last.entrySet()) {
      Json repair = node.getValue().json();
      table.row(
          node.getKey(),
          repair.get("partitions").text(),
          repair.get("proven").text(),
          repair.get("keysSent").text());
    }
    table.print(terminal);
  }

  private void judge(boolean ended, List<String> silent, Map<String, Answer> last)
      throws Failure, IOException {
    if (!silent.isEmpty()) {
      throw new Failure(
          Exit.UNAVAILABLE,
          "what %s hold could not be compared, as no answer came; see `flywheel status`, and repair"
                  .formatted(String.join(", ", silent))
              + " again when they are back");
    }
    if (!ended) {
      throw new Failure(
          Exit.UNAVAILABLE, "the repair is not at its end yet; it goes on, so ask again later");
    }
    long open = sum(last, "partitions") - sum(last, "proven");
    if (open > 0) {
      throw new Failure(
          Exit.UNAVAILABLE,
          open + " comparisons did not come to their end; see `flywheel status`, and repair again");
    }
  }
}
