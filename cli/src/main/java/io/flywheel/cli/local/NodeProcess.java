package io.flywheel.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts nodes as processes of their own, and knows them again. */
public final class NodeProcess {
  private static final String MAIN = "io.flywheel.cli.Main";
  private static final String DEFAULT_FLAGS =
      "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
          + " -XX:+UseCompactObjectHeaders -XX:+UseSerialGC -Xms136m -Xmx136m"
          + " -XX:MaxDirectMemorySize=512m";

  private NodeProcess() {}

  /**
   * Starts the JVM of a node. It runs from the same jars as this one, and appends all that it says
   * to the node's log.
   */
  public static Process start(NodeFiles files, Map<String, String> environment) throws IOException {
    List<String> command = command(files, environment);
    if (files.isJoining()) {
      command.add("--join");
    }
    return launch(command, files, environment);
  }

  /** Starts it through another command, one that replaces itself by what follows its own words. */
  public static Process start(
      List<String> through, NodeFiles files, Map<String, String> environment) throws IOException {
    List<String> command = new ArrayList<>(through);
    command.addAll(command(files, environment));
    return launch(command, files, environment);
  }

  private static Process launch(
      List<String> command, NodeFiles files, Map<String, String> environment) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()));
    builder.redirectErrorStream(true);
    return builder.start();
  }

  private static List<String> command(NodeFiles files, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String flags = System.getProperty("flywheel.node.flags");
    if (flags == null) {
      flags = DEFAULT_FLAGS + " " + environment.getOrDefault("FLYWHEEL_JAVA_OPTS", "");
    }
    command.addAll(Arrays.asList(flags.strip().split("\\s+")));
    String cache = System.getProperty("flywheel.aot", "");
    if (!cache.isEmpty()) {
      command.add("-XX:AOTCache=" + cache);
    }
    // An AOT cache is valid for exactly the class path that it was made with, which is this one.
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(MAIN, "node", "--config", files.configuration().toString()));
    return command;
  }

  /**
   * Whether this process is the node of that configuration, and has not ended. A process id alone
   * says little: after the node's end another program may have got it.
   */
  static boolean runs(ProcessHandle process, Path configuration) {
    if (!process.isAlive()) {
      return false;
    }
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    if (!Files.isDirectory(folder)) {
      return looksLikeNode(process);
    }
    try {
      byte[] commandLine = Files.readAllBytes(folder.resolve("cmdline"));
      List<String> words = List.of(new String(commandLine, StandardCharsets.UTF_8).split("\0"));
      // A process that has ended, and whose parent has not asked yet how, has no words left.
      Optional<String> named = configurationOf(words);
      return named.isPresent()
          && Files.isSameFile(
              folder.resolve("cwd").toRealPath().resolve(named.get()), configuration);
    } catch (IOException | InvalidPathException e) {
      return false; // It ended meanwhile, or is another user's.
    }
  }

  /**
   * Whether the process has not ended. One whose parent has not asked yet how it ended is still
   * listed, but has no command line any more.
   */
  static boolean isRunning(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      return Files.readAllBytes(folder.resolve("cmdline")).length > 0;
    } catch (IOException e) {
      return !Files.isDirectory(Path.of("/proc/self")) && process.isAlive();
    }
  }

  private static Optional<String> configurationOf(List<String> words) {
    int main = words.indexOf(MAIN);
    if (main < 0 || !words.subList(main, words.size()).contains("node")) {
      return Optional.empty();
    }
    for (int i = main; i < words.size(); i++) {
      if (words.get(i).startsWith("--config=")) {
        return Optional.of(words.get(i).substring("--config=".length()));
      }
      if (words.get(i).equals("--config") && i + 1 < words.size()) {
        return Optional.of(words.get(i + 1));
      }
    }
    return Optional.empty();
  }

  private static boolean looksLikeNode(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    return info.commandLine()
        .map(line -> line.contains(MAIN) && line.contains(" node "))
        .orElseGet(() -> info.command().orElse("").endsWith("java"));
  }
}
