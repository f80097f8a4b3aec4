package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/**
 * Tells the members that some of them are lost. There is no way back, and the members can only see
 * that these do not answer, not why; so whoever says it types their names.
 */
final class Losses {
  private final Terminal terminal;
  private final Change change;
  private final int members;

  Losses(Terminal terminal, Change change, List<Json> members) {
    this.terminal = terminal;
    this.change = change;
    this.members = members.size();
  }

  void declare(ChangeOptions options, Contacts contacts) throws Failure {
    if (change.lost().isEmpty()) {
      return;
    }
    if (!options.consent().isWaived()) {
      confirm();
    }
    for (String address : contacts.addresses()) {
      Answer answer;
      try {
        answer = new NodeClient(NodeAddress.parse(address)).send(change.lose());
      } catch (IOException | IllegalArgumentException e) {
        continue; // another one may answer, and it may be said twice
      }
      if (answer.status() < 400) {
        return;
      }
      if (answer.status() != 503) {
        throw Problem.ofChange(answer, "it may have been said all the same: ask `flywheel status`");
      }
    }
    throw new Failure(Exit.UNAVAILABLE, "no member has answered; nothing was changed");
  }

  private void confirm() throws Failure {
    var names = change.lost();
    String all = String.join(",", names);
    terminal.line(
        terminal.yellow(
            "lost for good: %s. They are never taken back, whatever is on their disks."
                .formatted(String.join(", ", names))));
    if (2 * names.size() >= members) {
      terminal.line(
          terminal.yellow(
              "They are %d of %d members, so the others decide without a majority. If those who are"
                      .formatted(names.size(), members)
                  + " said to be lost run anywhere, and are told the same of the others, there will"
                  + " be two clusters: make sure that they are destroyed, and not just cut off."));
    }
    String answer =
        terminal.isInteractive()
            ? terminal.ask("type their names to go on (%s): ".formatted(all))
            : null;
    if (answer == null) {
      throw new Failure(
          Exit.USAGE,
          "nothing was changed, as nobody is here to be asked; add --yes to go on without asking");
    }
    if (!new TreeSet<>(List.of(answer.split("[, ]+"))).equals(new TreeSet<>(names))) {
      throw new Failure(Exit.FAILED, "nothing was changed, as these are not their names");
    }
  }
}
