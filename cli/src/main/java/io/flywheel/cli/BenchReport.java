package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.bench.LoadShape;
import io.flywheel.cli.bench.Results;
import io.flywheel.cli.http.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
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
    var text = new StringWriter();
    try (JsonGenerator json = Json.factory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("seconds", shape.measured().toSeconds());
      json.writeNumberField("perSecond", toATenth(perSecond(done())));
      write(json, "reads", results.allReads());
      write(json, "writes", results.allWrites());
      json.writeNumberField("absent", results.absent());
      json.writeNumberField("overdue", overdue);
      json.writeObjectFieldStart("errors");
      for (Map.Entry<String, Long> error : results.errors().entrySet()) {
        json.writeNumberField(error.getKey(), error.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  private void write(JsonGenerator json, String operation, Histogram took) throws IOException {
    json.writeObjectFieldStart(operation);
    json.writeNumberField("done", took.getTotalCount());
    json.writeNumberField("perSecond", toATenth(perSecond(took.getTotalCount())));
    json.writeNumberField("p50Micros", took.getValueAtPercentile(PERCENTILES[0]));
    json.writeNumberField("p90Micros", took.getValueAtPercentile(PERCENTILES[1]));
    json.writeNumberField("p99Micros", took.getValueAtPercentile(PERCENTILES[2]));
    json.writeNumberField("p999Micros", took.getValueAtPercentile(PERCENTILES[3]));
    json.writeNumberField("maxMicros", took.getValueAtPercentile(100));
    json.writeEndObject();
  }

  private static double toATenth(double number) {
    return Math.round(number * 10) / 10.0;
  }

  @SuppressWarnings("AnnotateFormatMethod") // It would take a library.
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
