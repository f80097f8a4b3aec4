package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * The cluster as one node sees it. What only a member itself knows, its disk and its hints, is
 * asked of that member; one that does not answer is shown without.
 */
@Command(name = "status", description = "Print members, their state, share, disk, and transfers.")
final class StatusCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Override
  public Integer call() throws Failure, IOException {
    Session session = main.session();
    Answer members = session.read(Request.of("GET", "/admin/members"));
    Answer ring = ring(session);
    Answer transfers = session.read(Request.of("GET", "/admin/transfers"));
    if (main.wantsJson()) {
      main.terminal()
          .line(
              "{\"members\":%s,\"ring\":%s,\"transfers\":%s}"
                  .formatted(compact(members), compact(ring), compact(transfers)));
    } else {
      print(members.json(), ring.json(), transfers.json().get("transfers").items());
    }
    return Exit.DONE.status();
  }

  /** A cluster that is still being formed has no ring, which is worth showing. */
  private static Answer ring(Session session) throws Failure {
    try {
      return session.read(Request.of("GET", "/admin/ring"));
    } catch (Failure e) {
      if (e.answer() != null && e.answer().status() == 503) {
        return e.answer();
      }
      throw e;
    }
  }

  private static String compact(Answer answer) {
    return answer.text().strip();
  }

  private void print(Json cluster, Json ring, List<Json> transfers) {
    Terminal terminal = main.terminal();
    List<Json> members = Figures.byName(cluster.get("members").items());
    String epoch = ring.get("epoch").text();
    terminal.line(
        "cluster %s, %d members, %s, seen by %s"
            .formatted(
                cluster.get("cluster").text(),
                members.size(),
                epoch.isEmpty() ? "not formed yet" : "ring epoch " + epoch,
                cluster.get("node").text()));
    if (!epoch.isEmpty() && !cluster.get("w").text().isEmpty()) {
      terminal.line(ReplicationCommand.describe(Change.copiesOf(ring), cluster));
    }
    if (!cluster.get("serving").isTrue()) {
      terminal.line(terminal.yellow("waiting for " + cluster.get("waiting-for").text()));
    }
    Map<String, String> shares = new TreeMap<>();
    for (Json member : ring.get("members").items()) {
      shares.put(member.get("name").text(), Figures.percent(member.get("share").number()));
    }
    var table =
        new Table(
            "node", "state", "silent", "share", "disk", "hints", "proven", "era", "rack", "clients",
            "peers");
    for (Json member : members) {
      String name = member.get("name").text();
      Json own = name.equals(cluster.get("node").text()) ? cluster : Members.describe(member);
      table.row(
          name,
          member.get("state").text(),
          silence(member),
          shares.getOrDefault(name, ""),
          disk(own),
          own.get("hints-waiting").text(),
          Figures.seconds(own.get("proven-worst-seconds")),
          own.get("era").text(member.get("era").text()),
          member.get("datacenter").text() + "/" + member.get("rack").text(),
          member.get("client").text(),
          member.get("peer").text());
    }
    table.print(terminal);
    for (Json member : members) {
      String reason = member.get("reason").text();
      if (!reason.isEmpty()) {
        terminal.line(terminal.yellow(member.get("name").text() + ": " + reason));
      }
    }
    reaping(cluster);
    change(ring.get("change"), members);
    terminal.line(
        switch (transfers.size()) {
          case 0 -> "no transfers";
          case 1 -> "1 transfer";
          default -> transfers.size() + " transfers";
        });
    for (Json transfer : transfers) {
      terminal.line(
          "  %s records, %s from %s to %s"
              .formatted(
                  transfer.get("records").text("unknown"),
                  transfer.get("kind").text(),
                  transfer.get("from").text(),
                  transfer.get("to").text()));
    }
  }

  /** The change of the ring that is under way: what it waits for, and what is still to come. */
  private void change(Json change, List<Json> members) {
    if (change == Json.NOTHING) {
      return;
    }
    Terminal terminal = main.terminal();
    terminal.line(
        "%s: %s, %s copies of partitions move"
            .formatted(
                Change.describe(change), change.get("phase").text(), change.get("copies").text()));
    List<String> unconfirmed = names(change.get("unconfirmed"));
    if (!unconfirmed.isEmpty()) {
      terminal.line(terminal.yellow("  not confirmed by " + String.join(", ", unconfirmed)));
    }
    for (Json member : members) {
      Json ring = Members.transfers(member).get("ring");
      long copies = ring.get("copies").integer() - ring.get("copies-done").integer();
      if (copies > 0) {
        terminal.line(
            "  %s has yet to get %d of %d copies, about %s, at %s/s"
                .formatted(
                    Members.name(member),
                    copies,
                    ring.get("copies").integer(),
                    Figures.bytes(ring.get("bytes").integer() - ring.get("bytes-done").integer()),
                    Figures.bytes(ring.get("bytes-per-second").integer())));
      }
    }
  }

  private static List<String> names(Json array) {
    return array.items().stream().map(Json::text).toList();
  }

  /** Deletions are forgotten once all members are done with the era that they were made in. */
  private void reaping(Json cluster) {
    if (cluster.get("era").textOrNull() == null) {
      return;
    }
    Terminal terminal = main.terminal();
    List<String> holders =
        cluster.get("reaping-held-up-by").items().stream().map(Json::text).toList();
    String line =
        "era %s, deletions are forgotten up to era %s"
            .formatted(cluster.get("era").text(), cluster.get("closed-era").text("unknown"));
    terminal.line(
        holders.isEmpty()
            ? line
            : line + "; " + terminal.yellow("held up by " + String.join(", ", holders)));
  }

  private static String silence(Json member) {
    long seconds = member.get("silent-ms").integer() / 1_000;
    return seconds == 0 ? "" : seconds + "s";
  }

  private static String disk(Json own) {
    String used = own.get("disk-used-bytes").text();
    return used.isEmpty() ? "" : Figures.bytes(own.get("disk-used-bytes").integer());
  }
}
