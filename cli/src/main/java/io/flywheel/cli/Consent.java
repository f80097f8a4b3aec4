package io.flywheel.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Whether something is only foretold, asked about, or done without asking. */
final class Consent {
  @Option(
      names = "--dry-run",
      description = "Only print what would change and move, and how long that takes.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  static Consent given() {
    var consent = new Consent();
    consent.yes = true;
    return consent;
  }

  boolean isDryRun() {
    return dryRun;
  }

  /** Whether not to ask. */
  boolean isWaived() {
    return yes;
  }

  /** Asks, where that was not waived. */
  void obtain(Terminal terminal) throws Failure {
    if (yes) {
      return;
    }
    String answer = terminal.isInteractive() ? terminal.ask("go on? [y/N] ") : null;
    if (answer == null) {
      throw new Failure(
          Exit.USAGE,
          "nothing was changed, as nobody is here to be asked; add --yes to go on without asking");
    }
    if (!List.of("y", "yes").contains(answer.toLowerCase(Locale.ROOT))) {
      throw new Failure(Exit.FAILED, "nothing was changed, as you wished");
    }
  }
}
