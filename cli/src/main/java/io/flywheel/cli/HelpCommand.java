package io.flywheel.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flywheel help get} is {@code flywheel get --help}. */
@Command(name = "help", description = "Print how a command is used.")
final class HelpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
  private @Nullable String command;

  @Override
  public Integer call() throws Failure {
    CommandLine flywheel = spec.parent().commandLine();
    CommandLine asked = command == null ? flywheel : flywheel.getSubcommands().get(command);
    if (asked == null) {
      throw new Failure(Exit.USAGE, "there is no command " + command + "; see `flywheel help`");
    }
    asked.usage(flywheel.getOut());
    return Exit.DONE.status();
  }
}
