package io.flywheel.cli;

import io.flywheel.cli.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Watches a change of the ring until it is over. A terminal sees a bar that moves; everybody else
 * gets a line whenever something else is waited for, and with each tenth of the copies.
 */
final class ChangeWatch {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(1); // every member is asked
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final Terminal terminal;
  private final boolean quiet;
  private final Contacts contacts;
  private final BooleanSupplier subjectRuns;
  private final ProgressBar bar = new ProgressBar();
  private String said = "";
  private String waitingFor = "";
  private long waitingSince;
  private long measuredAt = System.nanoTime() - MEASURE_NANOS;
  private boolean hinted;

  /**
   * @param quiet whether nobody wants to be told how it goes
   * @param subjectRuns false once the change waits for a process that has ended
   */
  ChangeWatch(Terminal terminal, boolean quiet, Contacts contacts, BooleanSupplier subjectRuns) {
    this.terminal = terminal;
    this.quiet = quiet;
    this.contacts = contacts;
    this.subjectRuns = subjectRuns;
  }

  /**
   * Waits for the end of the change and answers the ring as it is then.
   *
   * @param change as it was seen first
   */
  Json awaitEnd(Json change) throws Failure {
    long began = change.get("began").integer();
    long heard = System.nanoTime();
    while (true) {
      Json ring = Contacts.json(contacts.ask(Change.PATH));
      long now = System.nanoTime();
      if (ring != Json.NOTHING) {
        heard = now;
        Json present = ring.get("change");
        if (ring.get("epoch").integer() >= began && present.get("began").integer() != began) {
          endProgress();
          return ring;
        }
        if (present != Json.NOTHING) {
          requireSubject(present);
          show(present, now);
        }
      } else if (now - heard > SILENCE_NANOS) {
        endProgress();
        throw new Failure(
            Exit.UNAVAILABLE,
            "no member has answered for 30 s; the change goes on when they do, and the same command"
                + " watches it again");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Who is undone may end at once: nobody waits for it any more. */
  private void requireSubject(Json change) throws Failure {
    if (!subjectRuns.getAsBoolean() && !change.get("phase").text().equals("undoing")) {
      endProgress();
      throw new Failure(
          Exit.FAILED,
          change.get("node").text()
              + " has ended, and the change waits for it; its log tells why, and the same command"
              + " starts it again and goes on");
    }
  }

  private void show(Json change, long now) {
    if (quiet) {
      return;
    }
    if (now - measuredAt >= MEASURE_NANOS) {
      measuredAt = now;
      measure(change, now);
    }
    String waits = waitsFor(change);
    String phase = phase(change, waits);
    if (!waits.equals(waitingFor)) {
      waitingFor = waits;
      waitingSince = now;
      hinted = false;
    } else if (!waits.isEmpty() && !hinted && now - waitingSince > HANGING_NANOS) {
      hinted = true;
      hint(change, waits);
    }
    boolean copying = change.get("phase").text().equals("joining") && waits.isEmpty();
    if (terminal.isInteractive()) {
      terminal.progress(copying ? phase + "  " + bar.bar() : phase);
    } else {
      String key = copying ? phase + bar.percent() / 10 : phase;
      if (!key.equals(said)) {
        said = key;
        terminal.line(copying ? phase + ": " + bar.figures() : phase);
      }
    }
  }

  private void endProgress() {
    if (!quiet) {
      terminal.endProgress();
    }
  }

  /** Members that do not have the present phase on their disks. */
  private static String waitsFor(Json change) {
    return names(change.get("unconfirmed").items());
  }

  private static String names(List<Json> nodes) {
    return String.join(", ", nodes.stream().map(Json::text).toList());
  }

  private static String phase(Json change, String waits) {
    String name =
        switch (change.get("phase").text()) {
          case "joining" -> waits.isEmpty() ? "copying" : "joining";
          case "ready" -> "ready";
          default -> "undoing";
        };
    return waits.isEmpty() ? name : name + ": waiting for " + waits + " to confirm";
  }

  /** Somebody is away, most likely: then nothing goes on until it is back. */
  private void hint(Json change, String waits) {
    terminal.endProgress();
    terminal.line(
        terminal.yellow(
            "still waiting for %s; look at `flywheel status`, and bring back who is away"
                    .formatted(waits)
                + (change.get("phase").text().equals("joining")
                    ? ", or undo the change with --undo"
                    : "")));
  }

  /** Adds up what all those who gain copies have by now. */
  private void measure(Json change, long now) {
    contacts.learn(Contacts.json(contacts.ask("/admin/members")));
    long copies = 0;
    long wanted = 0;
    long bytes = 0;
    long wantedBytes = 0;
    for (String address : new ArrayList<>(contacts.addresses())) {
      Json ring = Contacts.json(Contacts.ask(address, "/admin/transfers")).get("ring");
      copies += ring.get("copies-done").integer();
      wanted += ring.get("copies").integer();
      bytes += ring.get("bytes-done").integer();
      wantedBytes += ring.get("bytes").integer();
    }
    long all = Math.max(wanted, change.get("copies").integer());
    bar.update(now, copies, all, bytes, wantedBytes);
  }
}
