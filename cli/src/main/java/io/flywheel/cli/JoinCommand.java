package io.flywheel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** The node named by {@code --node} joins the cluster of its seeds. */
@Command(
    name = "join",
    description = "Let a running node without a cluster join the one of its seeds.")
final class JoinCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;

  @Override
  public Integer call() throws Failure, IOException {
    return new RingChanger(main, options, new Change(Change.Kind.JOIN, "", 0)).run();
  }
}
