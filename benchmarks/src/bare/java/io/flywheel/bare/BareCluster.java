package io.flywheel.bare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the three as processes of their own, with this Java and this class path. */
final class BareCluster {
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-Xmx256m");

  private BareCluster() {}

  /** Takes the base of the ports, {@code fsync} or {@code periodic}, and a directory. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String base = arguments[0];
    String durability = arguments[1];
    if (!List.of("fsync", "periodic").contains(durability)) {
      throw new IllegalArgumentException("fsync or periodic, not " + durability);
    }
    String java = ProcessHandle.current().info().command().orElseThrow();
    var nodes = new ArrayList<Process>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> nodes.forEach(Process::destroy)));
    for (int number = 1; number <= BareNode.NODES; number++) {
      Path directory = Files.createDirectories(Path.of(arguments[2], "node-" + number));
      List<String> command = new ArrayList<>(List.of(java));
      command.addAll(FLAGS);
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(BareNode.class.getName());
      command.addAll(List.of("" + number, base, directory.toString(), durability));
      nodes.add(new ProcessBuilder(command).inheritIO().start());
    }
    for (Process node : nodes) {
      node.waitFor();
    }
  }
}
