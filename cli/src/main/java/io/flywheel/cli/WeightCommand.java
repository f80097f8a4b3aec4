package io.flywheel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A member takes a larger or smaller share of the ring. */
@Command(
    name = "weight",
    description = "Let a member take another share: one of weight 2 holds twice as much as others.")
final class WeightCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Mixin private ChangeOptions options;

  @Parameters(index = "0", paramLabel = "NODE", description = "The name of a member.")
  private String node;

  @Parameters(index = "1", paramLabel = "WEIGHT", description = "1 to 1,000.")
  private int weight;

  @Override
  public Integer call() throws Failure, IOException {
    if (weight < 1 || weight > 1_000) {
      throw new Failure(Exit.USAGE, "a weight is 1 to 1,000, not " + weight);
    }
    return new RingChanger(main, options, new Change(Change.Kind.WEIGHT, node, weight)).run();
  }
}
