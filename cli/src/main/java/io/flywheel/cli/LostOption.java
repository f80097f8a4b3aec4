package io.flywheel.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Members that are destroyed, besides the one that a command is about. */
final class LostOption {
  @Option(
      names = "--lost",
      paramLabel = "NODE",
      split = ",",
      description =
          "Members that are destroyed for good, like NODE itself: nothing waits for them any more,"
              + " and they are never taken back.")
  private List<String> names = new ArrayList<>();

  /** Who is said to be lost is so together with the node that the change is about. */
  Change change(Change.Kind kind, String node) {
    var lost = new ArrayList<>(names);
    if (!lost.isEmpty() && !lost.contains(node)) {
      lost.addFirst(node);
    }
    return new Change(kind, node, 0, List.copyOf(lost), CopyCounts.NONE);
  }
}
