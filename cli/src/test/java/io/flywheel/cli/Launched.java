package io.flywheel.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The command in a JVM of its own, as its users run it, with the lines that it prints. */
final class Launched implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 90;

  private final Process process;
  private final BlockingQueue<String> out = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> err = new LinkedBlockingQueue<>();

  private Launched(Process process) {
    this.process = process;
    Thread.ofVirtual().start(() -> read(process.getInputStream(), out));
    Thread.ofVirtual().start(() -> read(process.getErrorStream(), err));
  }

  static Launched flywheel(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Collections.addAll(
        command,
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+UseSerialGC",
        "-Xmx192m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      return new Launched(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(InputStream stream, BlockingQueue<String> lines) {
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("cannot read on: " + e);
    }
  }

  /** Waits for a line of standard output that holds this text. */
  String awaitOut(String text) throws InterruptedException {
    return await(out, text);
  }

  String awaitErr(String text) throws InterruptedException {
    return await(err, text);
  }

  private String await(BlockingQueue<String> lines, String text) throws InterruptedException {
    List<String> seen = new ArrayList<>();
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError(
            "no line with '" + text + "' but " + seen + "; errors: " + err + ", output: " + out);
      }
      if (line.contains(text)) {
        return line;
      }
      seen.add(line);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Sends SIGTERM, as Ctrl-C and service managers do, and answers the exit status. */
  int terminate() throws InterruptedException {
    process.destroy();
    return awaitEnd();
  }

  int kill() throws InterruptedException {
    process.destroyForcibly();
    return awaitEnd();
  }

  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " goes on; errors: " + err);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroy();
    var unended = process.onExit().completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS);
    unended.join().destroyForcibly();
  }
}
