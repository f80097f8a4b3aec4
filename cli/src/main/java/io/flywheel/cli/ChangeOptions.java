package io.flywheel.cli;

import picocli.CommandLine.Option;

/** What all commands that change the ring take. */
final class ChangeOptions {
  @Option(
      names = "--dry-run",
      description = "Only print what would move, how much, and how long that takes.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(names = "--undo", description = "Undo this change, which is under way.")
  private boolean undo;

  static ChangeOptions withoutAsking() {
    var options = new ChangeOptions();
    options.yes = true;
    return options;
  }

  void check() throws Failure {
    if (dryRun && undo) {
      throw new Failure(
          Exit.USAGE, "--dry-run and --undo exclude each other; leave out one of them");
    }
  }

  boolean isDryRun() {
    return dryRun;
  }

  boolean isYes() {
    return yes;
  }

  boolean isUndo() {
    return undo;
  }
}
