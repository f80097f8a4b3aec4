package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import org.jspecify.annotations.Nullable;

/** Ends the command with one line on standard error, which says what to do. */
final class Failure extends Exception {
  private final Exit exit;
  private @Nullable Answer answer;

  Failure(Exit exit, String message) {
    super(message);
    this.exit = exit;
  }

  Failure(Exit exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  /** What was asked for cannot be; the command's help says what can. */
  static Failure misused(String command, Exception e) {
    return new Failure(Exit.USAGE, e.getMessage() + "; see `flywheel " + command + " --help`", e);
  }

  /** Remembers what the node said, for {@code --json}. */
  Failure with(Answer answer) {
    this.answer = answer;
    return this;
  }

  Exit exit() {
    return exit;
  }

  @Nullable Answer answer() {
    return answer;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
