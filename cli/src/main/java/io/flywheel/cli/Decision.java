package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Has the members decide about what they share: foretells, asks, and waits until all that run know
 * of it. Nothing moves for it, so there is nothing to watch.
 */
final class Decision {
  private static final long SPREADING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Longer than the members take to agree, or to find that they cannot. */
  private static final int ANSWER_MILLIS = 30_000;

  private final Terminal terminal;
  private final boolean json;
  private final Session session;
  private final Consent consent;

  Decision(Main main, Consent consent) throws Failure {
    terminal = main.terminal();
    json = main.wantsJson();
    session = main.session();
    this.consent = consent;
  }

  /**
   * @param path where it is asked for
   * @param body what is asked for; {@code true} makes it a dry run
   * @param told what the node foretells, as a line
   */
  int make(String path, Function<Boolean, byte[]> body, Function<Json, String> told)
      throws Failure, IOException {
    Answer foretold = ask(path, body.apply(true));
    if (json && consent.isDryRun()) {
      terminal.json(foretold);
    } else if (!json) {
      terminal.line(told.apply(foretold.json()));
    }
    if (consent.isDryRun()) {
      return Exit.DONE.status();
    }
    consent.obtain(terminal);
    Answer decided = ask(path, body.apply(false));
    long epoch = decided.json().get("epoch").integer();
    if (json) {
      terminal.json(decided);
    } else {
      terminal.line(terminal.green("done") + ", epoch " + epoch);
    }
    List<String> behind = awaitSpreading(epoch);
    if (!behind.isEmpty()) {
      terminal.complain(
          String.join(" and ", behind)
              + " did not say that they know; until they do, nothing else can be changed");
    }
    return Exit.DONE.status();
  }

  private Answer ask(String path, byte[] body) throws Failure {
    return session.change(
        Request.of("POST", path).json(body).answerWithin(ANSWER_MILLIS),
        "it may have been decided; the same command again tells");
  }

  /** Names those that do not know of it after a while. */
  private List<String> awaitSpreading(long epoch) throws Failure, IOException {
    long since = System.nanoTime();
    while (true) {
      var behind = new ArrayList<String>();
      boolean someRun = false;
      for (Json member : Members.of(session)) {
        if (Members.describe(member).get("epoch").integer() < epoch) {
          behind.add(Members.name(member));
          someRun |= !member.get("state").text().equals("down");
        }
      }
      if (!someRun || System.nanoTime() - since > SPREADING_NANOS) {
        return behind;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
