package io.flywheel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** The node named by {@code --node} gives its copies to the others and leaves. */
@Command(
    name = "leave",
    description =
        "Let the node named by --node leave; it serves until that is done, and then ends.")
final class LeaveCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;

  @Override
  public Integer call() throws Failure, IOException {
    return new RingChanger(main, options, new Change(Change.Kind.LEAVE, "", 0)).run();
  }
}
