package io.flywheel.cli;

import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.local.AddedNode;
import io.flywheel.cli.local.ClusterDirectory;
import io.flywheel.cli.local.ClusterException;
import io.flywheel.cli.local.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Adds a node to the cluster of {@code up}, and returns when it is a member like the others. The
 * same again goes on where one was interrupted.
 */
@Command(name = "add", description = "Add one more node to the local cluster of `up`.")
final class AddCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "./data",
      description = "Where the cluster lives (${DEFAULT-VALUE}).")
  private Path data;

  @Override
  public Integer call() throws Failure, IOException {
    try (var _ = ClusterDirectory.turnToAdd(data)) {
      var added = AddedNode.in(data, main.environment());
      LocalNode node = added.node();
      if (!main.wantsJson()) {
        main.terminal()
            .line(
                "%s%s: clients at %s, log %s"
                    .formatted(
                        added.isResumed() ? "going on with " : "",
                        node.name(),
                        node.clientAddress(),
                        data.resolve(node.files().name()).resolve("log")));
      }
      added.start(main.environment());
      return join(added, node);
    } catch (ClusterException e) {
      throw new Failure(Exit.FAILED, e.getMessage(), e);
    }
  }

  private int join(AddedNode added, LocalNode node) throws Failure, IOException, ClusterException {
    String address = node.clientAddress().toString();
    var session = new Session(new NodeClient(node.clientAddress()));
    var options = ChangeOptions.withoutAsking();
    var change = new Change(Change.Kind.JOIN, "", 0);
    var changer =
        new RingChanger(main.terminal(), main.wantsJson(), session, address, options, change);
    changer.watchWhile(() -> node.files().process().isPresent());
    try {
      int status = changer.run();
      added.joined();
      return status;
    } finally {
      if (changer.wasUndone()) {
        added.gaveUp();
      }
    }
  }
}
