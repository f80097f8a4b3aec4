package io.flywheel.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.plan.CapacityPlan;
import io.flywheel.cli.plan.Demand;
import io.flywheel.cli.plan.Explanation;
import io.flywheel.cli.plan.Figure;
import io.flywheel.cli.plan.Machines;
import io.flywheel.cli.plan.Quantity;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** Computes how large a cluster has to be, what it then does, and what it may lose. */
@Command(
    name = "plan",
    description =
        "Work out nodes, disks, messages and risks of a cluster that there is not yet, with the"
            + " formulas. Give --data, or --nodes to ask what they hold, or both to check.")
final class PlanCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--data",
      paramLabel = "SIZE",
      converter = Bytes.class,
      description = "Values to hold, before they are copied: 1PB, 500GiB.")
  private @Nullable Double data;

  @Option(names = "--nodes", paramLabel = "COUNT", description = "How many nodes there are.")
  private @Nullable Integer nodes;

  @Option(
      names = "--node-disk",
      paramLabel = "SIZE",
      required = true,
      converter = Bytes.class,
      description = "The disk of each node: 10TB.")
  private double nodeDisk;

  @Option(
      names = "--ops",
      paramLabel = "PER_SECOND",
      converter = Count.class,
      description = "Puts and gets a second of all clients together: 50000, 1M.")
  private @Nullable Double ops;

  @Option(
      names = "--read-share",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      converter = Share.class,
      description = "How many of these are gets: 0.9 or 90%% (${DEFAULT-VALUE}).")
  private double readShare;

  @Option(
      names = "--value-size",
      paramLabel = "SIZE",
      defaultValue = "1kB",
      converter = Bytes.class,
      description = "The usual value (${DEFAULT-VALUE}).")
  private double valueSize;

  @Option(
      names = "--n",
      paramLabel = "N",
      defaultValue = "3",
      description = "Copies of each key (${DEFAULT-VALUE}).")
  private int n;

  @Option(
      names = "--r",
      paramLabel = "R",
      description = "Nodes that answer a get; a majority of N unless given.")
  private @Nullable Integer r;

  @Option(
      names = "--w",
      paramLabel = "W",
      description = "Nodes that have a put on disk; a majority of N unless given.")
  private @Nullable Integer w;

  @Option(
      names = "--rebuild-rate",
      paramLabel = "SIZE/s",
      defaultValue = "50MB/s",
      converter = Rate.class,
      description = "What a node gives or takes while copies are moved (${DEFAULT-VALUE}).")
  private double rebuildRate;

  @Option(
      names = "--mttf",
      paramLabel = "TIME",
      defaultValue = "10y",
      converter = Time.class,
      description =
          "The mean time until a node is lost for good, with its disk (${DEFAULT-VALUE}).")
  private double mttf;

  @Option(
      names = "--reaction",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = Time.class,
      description = "From a loss until `flywheel remove` is run (${DEFAULT-VALUE}).")
  private double reaction;

  @Override
  public Integer call() throws Failure {
    CapacityPlan plan = plan();
    if (main.wantsJson()) {
      main.terminal().line(object(plan));
    } else {
      print(plan);
    }
    if (!plan.fits()) {
      throw new Failure(
          Exit.FAILED,
          "%s do not fit on %,d nodes, which hold %s with one of them lost"
              .formatted(
                  Quantity.bytes(plan.dataBytes()),
                  plan.nodes(),
                  Quantity.bytes(plan.mostDataBytes())));
    }
    return Exit.DONE.status();
  }

  private CapacityPlan plan() throws Failure {
    try {
      int majority = n / 2 + 1;
      var demand =
          new Demand(
              valueSize,
              ops == null ? 0 : ops,
              readShare,
              n,
              r == null ? majority : r,
              w == null ? majority : w);
      var machines = new Machines(nodeDisk, rebuildRate, mttf, reaction);
      if (data == null) {
        if (nodes == null) {
          throw new IllegalArgumentException("--data or --nodes is missing");
        }
        return CapacityPlan.filling(nodes, demand, machines);
      }
      return nodes == null
          ? CapacityPlan.holding(data, demand, machines)
          : new CapacityPlan(data, nodes, demand, machines);
    } catch (IllegalArgumentException e) {
      throw Failure.misused("plan", e);
    }
  }

  private void print(CapacityPlan plan) {
    Demand demand = plan.demand();
    Terminal terminal = main.terminal();
    terminal.line(
        String.format(
            Locale.ROOT,
            "%s on disks of %s, N = %d, R = %d, W = %d, values of %s%s, MTTF of a node %s",
            Quantity.bytes(plan.dataBytes()),
            Quantity.bytes(nodeDisk),
            demand.n(),
            demand.r(),
            demand.w(),
            Quantity.bytes(demand.valueBytes()),
            ops == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", %s puts and %s gets a second",
                    Quantity.count(demand.putsPerSecond()),
                    Quantity.count(demand.getsPerSecond())),
            Quantity.seconds(mttf)));
    var table = new Table("what", "figure", "formula");
    for (Figure figure : Explanation.of(plan)) {
      table.row(figure.name(), figure.text(), figure.formula());
    }
    table.print(terminal);
    terminal.line(
        "Probabilities are of any partition at all, among nodes that fail independently: no rack"
            + " that fails as a whole, no mistake of people. While a quorum is lost puts go on with"
            + " nodes that stand in. Nothing is compressed here.");
  }

  private static String object(CapacityPlan plan) {
    var text = new StringWriter();
    try (JsonGenerator json = Json.factory().createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("fits", plan.fits());
      for (Figure figure : Explanation.of(plan)) {
        json.writeObjectFieldStart(figure.name());
        json.writeNumberField("value", figure.value());
        json.writeStringField("formula", figure.formula());
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }

  /** What a quantity's parser refuses, the command refuses. */
  abstract static class Converter implements ITypeConverter<Double> {
    abstract double parse(String text);

    @Override
    public Double convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  static final class Bytes extends Converter {
    @Override
    double parse(String text) {
      return Quantity.parseBytes(text);
    }
  }

  static final class Rate extends Converter {
    @Override
    double parse(String text) {
      return Quantity.parseRate(text);
    }
  }

  static final class Count extends Converter {
    @Override
    double parse(String text) {
      return Quantity.parseCount(text);
    }
  }

  static final class Share extends Converter {
    @Override
    double parse(String text) {
      return Quantity.parseShare(text);
    }
  }

  static final class Time extends Converter {
    @Override
    double parse(String text) {
      return Quantity.parseSeconds(text);
    }
  }
}
