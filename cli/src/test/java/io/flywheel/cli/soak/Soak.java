package io.flywheel.cli.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What all soaks do: say, wait, and tidy up. */
final class Soak {
  private static final long POLL_MILLIS = 100;

  private Soak() {}

  static void say(String line) {
    System.out.println(line);
  }

  /** Lets the clients go on for a while. */
  static void pause(long millis) throws InterruptedException {
    var _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until it holds, for so long at most, and answers whether it does. */
  static boolean await(long millis, BooleanSupplier holds) throws InterruptedException {
    long since = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(millis)) {
        return false;
      }
      pause(POLL_MILLIS);
    }
    return true;
  }

  static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** Only what did not fail: a failure wants to be looked at. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
