package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Changes the ring as an operator wants it: foretells, asks, begins, and watches to the end. The
 * change itself is carried on by the members, so this can be interrupted and called again.
 */
final class RingChanger {
  private static final long MEETING_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Terminal terminal;
  private final boolean json;
  private final Session session;
  private final String address;
  private final ChangeOptions options;
  private final Change change;
  private BooleanSupplier subjectRuns = () -> true;
  private boolean undone;

  RingChanger(Main main, ChangeOptions options, Change change) throws Failure {
    this(main.terminal(), main.wantsJson(), main.session(), main.node(), options, change);
  }

  RingChanger(
      Terminal terminal,
      boolean json,
      Session session,
      String address,
      ChangeOptions options,
      Change change) {
    this.terminal = terminal;
    this.json = json;
    this.session = session;
    this.address = address;
    this.options = options;
    this.change = change;
  }

  /** Gives up watching once this is false: the change waits for a process that has ended. */
  void watchWhile(BooleanSupplier subjectRuns) {
    this.subjectRuns = subjectRuns;
  }

  /** Whether the change was watched until it had been undone. */
  boolean wasUndone() {
    return undone;
  }

  int run() throws Failure, IOException {
    options.check();
    Json asked = introduced();
    String name = asked.get("node").text();
    var contacts = Contacts.of(asked, address);
    Json ring = Contacts.json(contacts.ask(Change.PATH));
    Json open = ring.get("change");
    if (options.isUndo()) {
      return undo(open, name, contacts);
    }
    var losses = new Losses(terminal, change, ring.get("members").items());
    if (open != Json.NOTHING) {
      if (!options.consent().isDryRun()) {
        losses.declare(options, contacts);
      }
      return goOn(open, name, contacts);
    }
    if (change.kind().isOfNewcomer() && asked.get("serving").isTrue()) {
      refuseToReplaceAnother(name, asked);
      return alreadyDone(name + " is a member already");
    }
    refuseLiving(contacts);
    Map<String, Long> freeBytes = new TreeMap<>();
    var unfit = new ArrayList<String>();
    long copyBytes = look(contacts, ring, freeBytes, unfit);
    Answer preview = post(change.preview(copyBytes));
    if (options.consent().isDryRun() || !json) {
      print(preview, freeBytes, unfit);
    }
    if (options.consent().isDryRun()) {
      return Exit.DONE.status();
    }
    if (change.lost().isEmpty()) {
      options.consent().obtain(terminal);
    } else {
      losses.declare(options, contacts);
    }
    Json begun = post(change.begin()).json().get("change");
    if (begun == Json.NOTHING) {
      return alreadyDone("the change is done");
    }
    if (!json) {
      terminal.line(Change.describe(begun));
    }
    return watch(begun, contacts, true);
  }

  /** It would be taken for done, while the other one is still to be replaced. */
  private void refuseToReplaceAnother(String name, Json asked) throws Failure {
    if (change.kind() != Change.Kind.REPLACE || change.node().equals(name)) {
      return;
    }
    for (Json member : asked.get("members").items()) {
      if (member.get("name").text().equals(change.node())) {
        throw new Failure(
            Exit.FAILED,
            "%s is a member itself, and takes nobody's place; ask the new node:".formatted(name)
                + " `flywheel replace "
                + change.node()
                + " --node HOST:PORT`");
      }
    }
  }

  /** What the node says of the cluster; one that has just started may first have to meet it. */
  private Json introduced() throws Failure, IOException {
    long since = System.nanoTime();
    while (true) {
      Json asked = session.read(Request.of("GET", "/admin/members")).json();
      boolean isAlone =
          asked.get("standing").text().equals("outside") && asked.get("met").items().isEmpty();
      if (!isAlone || System.nanoTime() - since > MEETING_NANOS) {
        return asked;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** The same command again: it was interrupted, or somebody else has begun it. */
  private int goOn(Json open, String name, Contacts contacts) throws Failure, IOException {
    if (!change.is(open, name)) {
      boolean mayWait = change.kind() == Change.Kind.REMOVE && change.lost().isEmpty();
      if (mayWait && !options.consent().isDryRun()) {
        // It may wait for the very member that is dead: then it is undone without that one.
        terminal.complain(Change.describe(open));
        options.consent().obtain(terminal);
        post(change.begin());
      }
      throw new Failure(
          Exit.FAILED,
          "%s: the ring changes one step at a time; wait for its end (`flywheel status`), or undo it"
                  .formatted(Change.describe(open))
              + " with `flywheel "
              + Change.command(open)
              + " --undo`");
    }
    if (!json) {
      terminal.line(Change.describe(open) + " already; going on");
    }
    if (options.consent().isDryRun()) {
      return Exit.DONE.status();
    }
    return watch(open, contacts, !open.get("phase").text().equals("undoing"));
  }

  private int alreadyDone(String line) {
    terminal.line(json ? "{\"result\":\"done\"}" : line);
    return Exit.DONE.status();
  }

  private int undo(Json open, String name, Contacts contacts) throws Failure, IOException {
    if (open == Json.NOTHING) {
      throw new Failure(
          Exit.FAILED, "there is nothing to undo: the ring is not changing; see `flywheel ring`");
    }
    if (!change.is(open, name)) {
      throw new Failure(
          Exit.FAILED,
          "%s: that is another change; undo it with `flywheel %s --undo`"
              .formatted(Change.describe(open), Change.command(open)));
    }
    Json undone = open;
    if (!open.get("phase").text().equals("undoing")) {
      undone = post(Change.undo()).json().get("change");
    }
    return watch(undone == Json.NOTHING ? open : undone, contacts, false);
  }

  /** Who runs is not to be replaced; the node that is asked, being new, cannot know. */
  private void refuseLiving(Contacts contacts) throws Failure {
    if (change.kind() != Change.Kind.REPLACE) {
      return;
    }
    for (Json member : Contacts.json(contacts.ask("/admin/members")).get("members").items()) {
      String state = member.get("state").text();
      if (Members.name(member).equals(change.node()) && !state.equals("down")) {
        throw new Failure(
            Exit.FAILED,
            "%s is %s; only a member that is down is replaced, one that runs can leave: `flywheel"
                    .formatted(change.node(), state.toLowerCase(Locale.ROOT))
                + " leave --node "
                + member.get("client").text()
                + "`");
      }
    }
  }

  /**
   * How large a copy of a partition is on the average, by all that answer.
   *
   * @param unfit takes what is to be said of those whose R and W do not fit so many copies
   */
  private long look(Contacts contacts, Json ring, Map<String, Long> freeBytes, List<String> unfit) {
    Map<String, Long> copies = new TreeMap<>();
    for (Json member : ring.get("members").items()) {
      copies.put(Members.name(member), member.get("copies").integer());
    }
    long bytes = 0;
    long counted = 0;
    for (String contact : contacts.addresses()) {
      Json page = Contacts.json(Contacts.ask(contact, "/admin/members"));
      String name = page.get("node").text();
      if (change.kind() == Change.Kind.REPLICATION) {
        change.copies().unfit(page).ifPresent(unfit::add);
      }
      if (page.get("disk-free-bytes").textOrNull() != null) {
        freeBytes.put(name, page.get("disk-free-bytes").integer());
        bytes += page.get("disk-used-bytes").integer();
        counted += copies.getOrDefault(name, 0L);
      }
    }
    return counted == 0 ? 0 : bytes / counted;
  }

  private void print(Answer preview, Map<String, Long> freeBytes, List<String> unfit)
      throws IOException {
    if (json) {
      terminal.json(preview);
    } else {
      var shown = new ChangePreview(terminal, preview.json());
      shown.print(freeBytes);
      unfit.forEach(shown::warn);
    }
  }

  private Answer post(Request request) throws Failure {
    return session.change(
        request,
        "the change may have begun; `flywheel status` tells, and the same command goes on");
  }

  /**
   * @param wanted whether the change itself is wanted, not its undoing
   */
  private int watch(Json seen, Contacts contacts, boolean wanted) throws Failure {
    Json ring = new ChangeWatch(terminal, json, contacts, subjectRuns).awaitEnd(seen);
    boolean done = Change.isDone(seen, ring);
    undone = !done;
    String result = done ? "done" : "undone";
    if (json) {
      terminal.line(result(result, seen, ring));
    } else {
      terminal.line(
          "%s: %s, epoch %d".formatted(result, subject(seen), ring.get("epoch").integer()));
    }
    if (done != wanted) {
      throw new Failure(
          Exit.FAILED,
          wanted
              ? "the change was undone; what had moved was given back"
              : "the change was done before it could be undone");
    }
    return Exit.DONE.status();
  }

  private static String subject(Json change) {
    String node = change.get("node").text();
    return switch (change.get("kind").text()) {
      case "join" -> "joining of " + node;
      case "leave" -> "leaving of " + node;
      case "remove" -> "removal of " + node;
      case "replace" -> "replacement of " + change.get("replaces").text() + " by " + node;
      case "replication" -> "replication " + Change.copiesOf(change);
      default -> "weight of " + node;
    };
  }

  private static String result(String result, Json change, Json ring) {
    var text = new StringWriter();
    try (JsonGenerator out = Json.factory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("result", result);
      out.writeStringField("kind", change.get("kind").text());
      if (change.get("kind").text().equals("replication")) {
        Change.copiesOf(change).write(out);
      } else {
        out.writeStringField("node", change.get("node").text());
      }
      out.writeNumberField("epoch", ring.get("epoch").integer());
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a string takes everything", e);
    }
    return text.toString();
  }
}
