package io.flywheel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The new node named by {@code --node} takes the place of a member that is dead for good. */
@Command(
    name = "replace",
    description = "Let the new node named by --node take the place of a dead one.")
final class ReplaceCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;
  @Mixin private LostOption lost;

  @Parameters(paramLabel = "NODE", description = "The name of a member that is down.")
  private String node;

  @Override
  public Integer call() throws Failure, IOException {
    return new RingChanger(main, options, lost.change(Change.Kind.REPLACE, node)).run();
  }
}
