package io.flywheel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A member that is dead for good is given up; the others restore its copies. */
@Command(name = "remove", description = "Give up a node that is dead: its copies go to the others.")
final class RemoveCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;
  @Mixin private LostOption lost;

  @Parameters(paramLabel = "NODE", description = "The name of a member that is down.")
  private String node;

  @Override
  public Integer call() throws Failure, IOException {
    return new RingChanger(main, options, lost.change(Change.Kind.REMOVE, node)).run();
  }
}
