package io.flywheel.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands that change the ring take. */
final class ChangeOptions {
  @Mixin private Consent consent;

  @Option(names = "--undo", description = "Undo this change, which is under way.")
  private boolean undo;

  static ChangeOptions withoutAsking() {
    var options = new ChangeOptions();
    options.consent = Consent.given();
    return options;
  }

  void check() throws Failure {
    if (consent.isDryRun() && undo) {
      throw new Failure(
          Exit.USAGE, "--dry-run and --undo exclude each other; leave out one of them");
    }
  }

  Consent consent() {
    return consent;
  }

  boolean isUndo() {
    return undo;
  }
}
