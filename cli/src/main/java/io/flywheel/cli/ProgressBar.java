package io.flywheel.cli;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * How far a transfer has come, how fast it is and how long it will go on, as one line. The rate is
 * that of the last seconds: what began slowly, or is throttled now, is judged by what it does now.
 */
final class ProgressBar {
  private static final int WIDTH = 24;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long FEW_BYTES = 16L << 20;
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Sample(long nanos, long copies, long bytes) {}

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private long copies;
  private long allCopies;
  private long bytes;
  private long allBytes;

  /**
   * What has come by now. The whole may turn out to be larger than it seemed at first; nodes that
   * are at their end, or were started again, count from zero, and what came stays.
   */
  void update(long nanos, long copiesDone, long copiesWhole, long bytesDone, long bytesWhole) {
    copies = Math.max(copies, copiesDone);
    allCopies = Math.max(copiesWhole, copies);
    bytes = Math.max(bytes, bytesDone);
    allBytes = Math.max(bytesWhole, bytes);
    samples.addLast(new Sample(nanos, copies, bytes));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
  }

  /** Of copies, which are about equal in size and known from the start; 0 to 1. */
  double share() {
    return allCopies == 0 ? 0 : (double) copies / allCopies;
  }

  /** In bytes a second; 0 while it is not known. */
  long rate() {
    return Math.round(rate(Sample::bytes));
  }

  private double rate(ToLongFunction<Sample> of) {
    if (samples.size() < 2) {
      return 0;
    }
    double seconds = (samples.getLast().nanos() - samples.getFirst().nanos()) / NANOS;
    long came = of.applyAsLong(samples.getLast()) - of.applyAsLong(samples.getFirst());
    return seconds <= 0 || came <= 0 ? 0 : came / seconds;
  }

  /** By the bytes; where these are few it is the number of copies that takes the time. */
  private double secondsLeft() {
    double byBytes = (allBytes - bytes) / rate(Sample::bytes);
    double byCopies = (allCopies - copies) / rate(Sample::copies);
    return allBytes < FEW_BYTES || Double.isInfinite(byBytes) ? byCopies : byBytes;
  }

  /** The figures alone. */
  String figures() {
    var line = new StringBuilder();
    line.append(
        "%d of %d copies, %s of %s"
            .formatted(copies, allCopies, Figures.bytes(bytes), Figures.bytes(allBytes)));
    long rate = rate();
    if (rate > 0 && bytes < allBytes) {
      line.append(", ").append(Figures.bytes(rate)).append("/s");
    }
    double left = secondsLeft();
    if (copies < allCopies && !Double.isInfinite(left) && !Double.isNaN(left)) {
      line.append(", ").append(Figures.duration((long) Math.ceil(left))).append(" left");
    }
    return line.toString();
  }

  /** The same behind a bar, for a terminal. */
  String bar() {
    int filled = (int) (share() * WIDTH);
    return "[%s%s] %3d%%  %s"
        .formatted("#".repeat(filled), ".".repeat(WIDTH - filled), percent(), figures());
  }

  int percent() {
    return (int) (share() * 100);
  }
}
