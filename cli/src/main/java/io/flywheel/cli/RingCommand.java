package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Who owns how much of the ring. */
@Command(name = "ring", description = "Print who owns how much of the ring.")
final class RingCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Override
  public Integer call() throws Failure, IOException {
    Answer answer = main.session().read(Request.of("GET", "/admin/ring"));
    if (main.wantsJson()) {
      main.terminal().json(answer);
      return Exit.DONE.status();
    }
    Json ring = answer.json();
    main.terminal()
        .line(
            "epoch %d, %d partitions, %d copies of each"
                .formatted(
                    ring.get("epoch").integer(),
                    ring.get("partitions").integer(),
                    ring.get("n").integer()));
    Json change = ring.get("change");
    if (change != Json.NOTHING) {
      main.terminal()
          .line(
              Change.describe(change) + "; shown is the ring that is read, see `flywheel status`");
    }
    var table = new Table("node", "rack", "weight", "copies", "first-in", "share", "id");
    for (Json member : Figures.byName(ring.get("members").items())) {
      table.row(
          member.get("name").text(),
          member.get("datacenter").text() + "/" + member.get("rack").text(),
          member.get("weight").text(),
          member.get("copies").text(),
          member.get("coordinates").text(),
          Figures.percent(member.get("share").number()),
          member.get("id").text());
    }
    table.print(main.terminal());
    return Exit.DONE.status();
  }
}
