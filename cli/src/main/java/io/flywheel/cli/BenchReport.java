package io.flywheel.cli;

import io.flywheel.cli.bench.LoadShape;
import io.flywheel.cli.bench.Results;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** What {@code flywheel bench} prints. */
final class BenchReport {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  private final Terminal terminal;
  private final boolean json;
  private final LoadShape shape;
  private final Results results;
  private int measuredSeconds;

  BenchReport(Terminal terminal, boolean json, LoadShape shape, Results results) {
    this.terminal = terminal;
    this.json = json;
    this.shape = shape;
    this.results = results;
  }

  /** A line for the second that has passed, where a person is looking. */
  void progress(boolean warmingUp) {
    Histogram reads = results.nextReads();
    Histogram writes = results.nextWrites();
    if (json || !terminal.isInteractive()) {
      return;
    }
    if (warmingUp) {
      terminal.progress("warming up");
      return;
    }
    if (measuredSeconds == 0) {
      terminal.progress("");
    }
    measuredSeconds++;
    terminal.line(
        format(
            "%4d s  %,8d/s  reads p50 %s p99 %s ms  writes p50 %s p99 %s ms  errors %,d",
            measuredSeconds,
            reads.getTotalCount() + writes.getTotalCount(),
            millis(reads, 50),
            millis(reads, 99),
            millis(writes, 50),
            millis(writes, 99),
            results.failed()));
  }

  long done() {
    return results.allReads().getTotalCount() + results.allWrites().getTotalCount();
  }

  void print(long overdue) {
    results.nextReads();
    results.nextWrites();
    if (json) {
      terminal.line(object(overdue));
    } else {
      table(overdue);
    }
  }

  private void table(long overdue) {
    var table =
        new Table("", "done", "per-second", "p50-ms", "p90-ms", "p99-ms", "p99.9-ms", "max-ms");
    addTo(table, "reads", results.allReads());
    addTo(table, "writes", results.allWrites());
    terminal.line("");
    table.print(terminal);
    if (shape.readShare() > 0 && shape.readShare() < 1) {
      terminal.line(format("together %,.0f per second", perSecond(done())));
    }
    results
        .errors()
        .forEach((reason, count) -> terminal.line(format("failed: %,d %s", count, reason)));
    if (results.absent() > 0) {
      terminal.line(format("%,d of the reads found no value", results.absent()));
    }
    if (overdue > 0) {
      terminal.line(
          format(
              "%,d requests were due and not sent: the rate is beyond what was reached", overdue));
    }
  }

  private void addTo(Table table, String operation, Histogram took) {
    if (took.getTotalCount() > 0) {
      table.row(
          operation,
          format("%d", took.getTotalCount()),
          format("%.0f", perSecond(took.getTotalCount())),
          millis(took, PERCENTILES[0]),
          millis(took, PERCENTILES[1]),
          millis(took, PERCENTILES[2]),
          millis(took, PERCENTILES[3]),
          millis(took, 100));
    }
  }

  private double perSecond(long count) {
    return (double) count / shape.measured().toSeconds();
  }

  private static String millis(Histogram took, double percentile) {
    return took.getTotalCount() == 0
        ? "-"
        : format("%.2f", took.getValueAtPercentile(percentile) / 1_000.0);
  }

  private String object(long overdue) {
    return format(
        "{\"seconds\":%d,\"perSecond\":%.1f,\"reads\":%s,\"writes\":%s,\"absent\":%d,\"overdue\":%d,"
            + "\"errors\":{%s}}",
        shape.measured().toSeconds(),
        perSecond(done()),
        object(results.allReads()),
        object(results.allWrites()),
        results.absent(),
        overdue,
        errors(results.errors()));
  }

  private static String errors(Map<String, Long> errors) {
    return errors.entrySet().stream()
        .map(
            error ->
                "\""
                    + error.getKey().replaceAll("[\"\\\\\\p{Cntrl}]", " ")
                    + "\":"
                    + error.getValue())
        .collect(Collectors.joining(","));
  }

  private String object(Histogram took) {
    return format(
        "{\"done\":%d,\"perSecond\":%.1f,\"p50Micros\":%d,\"p90Micros\":%d,\"p99Micros\":%d,"
            + "\"p999Micros\":%d,\"maxMicros\":%d}",
        took.getTotalCount(),
        perSecond(took.getTotalCount()),
        took.getValueAtPercentile(PERCENTILES[0]),
        took.getValueAtPercentile(PERCENTILES[1]),
        took.getValueAtPercentile(PERCENTILES[2]),
        took.getValueAtPercentile(PERCENTILES[3]),
        took.getValueAtPercentile(100));
  }

  @SuppressWarnings("AnnotateFormatMethod") // It would take a library.
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
