package io.flywheel.cli.local;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The directory of one node. Its name is the node's.
 *
 * @param directory absolute
 */
public record NodeFiles(Path directory) {
  private static final int MOST_LOG_BYTES = 64 * 1024;

  public String name() {
    return directory.getFileName().toString();
  }

  /** The k of a directory {@code node-k}. */
  public int number() {
    return Integer.parseInt(name().substring(name().lastIndexOf('-') + 1));
  }

  public Path configuration() {
    return directory.resolve("flywheel.yaml");
  }

  public Path log() {
    return directory.resolve("log");
  }

  public Path pidFile() {
    return directory.resolve("node.pid");
  }

  /** There while the node has been made, and has not yet joined the cluster. */
  Path joining() {
    return directory.resolve("joining");
  }

  boolean isJoining() {
    return Files.exists(joining());
  }

  void markJoining() throws IOException {
    write(joining(), "");
  }

  void unmarkJoining() throws IOException {
    Files.deleteIfExists(joining());
  }

  /** There once the node has left the cluster for good. */
  private Path left() {
    return directory.resolve("left");
  }

  public boolean hasLeft() {
    return Files.exists(left());
  }

  public void markLeft() throws IOException {
    write(left(), "");
  }

  /** Replaces the file in one step: a reader sees the old one or the new one. */
  static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  public void writePid(long pid) throws IOException {
    write(pidFile(), pid + "\n");
  }

  /**
   * The process of this node, if it runs: the one in its pid file, unless that is another's now.
   */
  public Optional<ProcessHandle> process() {
    try {
      long pid = Long.parseLong(Files.readString(pidFile()).strip());
      return ProcessHandle.of(pid).filter(process -> NodeProcess.runs(process, configuration()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // Never started, or only just being started.
    }
  }

  /** What the node wrote last, to tell why it ended; empty if it said nothing. */
  public String lastWords() {
    try (var log = Files.newByteChannel(log())) {
      log.position(Math.max(0, log.size() - MOST_LOG_BYTES));
      byte[] bytes = Channels.newInputStream(log).readNBytes(MOST_LOG_BYTES);
      String text = new String(bytes, StandardCharsets.UTF_8);
      var lines = text.lines().filter(line -> !line.isBlank()).toList();
      String last = lines.isEmpty() ? "" : lines.getLast();
      if (last.startsWith("time=")) { // it is of the log, and an earlier one says why
        last =
            lines.stream()
                .filter(line -> line.contains(" level=ERROR "))
                .reduce(last, (earlier, line) -> line);
      }
      return last.replaceFirst("^flywheel: ", "").replaceFirst("^time=.* message=\"(.*)\"$", "$1");
    } catch (IOException e) {
      return "";
    }
  }
}
