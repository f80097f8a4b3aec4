package io.flywheel.simulator;

import io.flywheel.simulator.check.Findings.Finding;
import io.flywheel.simulator.check.Upkeep;
import io.flywheel.simulator.world.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;

/**
 * What a range of seeds came to. Everything in it follows from the seeds: no durations, rates or
 * paths, so the same seeds give the same bytes.
 */
public final class Report {
  private static final int MOST_LISTED = 20;

  private final SimulatorOptions options;
  private final EnumMap<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final List<RunResult> violated = new ArrayList<>();
  private Upkeep upkeep = Upkeep.NONE;
  private int runs;
  private int violatedRuns;
  private long operations;
  private long events;
  private String traceHash = "";
  private String setting = "";

  Report(SimulatorOptions options) {
    this.options = options;
  }

  void add(RunResult result) {
    runs++;
    operations += result.operations();
    events += result.events();
    upkeep = upkeep.plus(result.upkeep());
    result.faults().forEach((fault, times) -> faults.merge(fault, times, Integer::sum));
    traceHash = runs == 1 ? result.traceHash() : combine(traceHash, result.traceHash());
    setting = result.options().toString();
    if (!result.isClean()) {
      violatedRuns++;
      if (violated.size() < MOST_LISTED) {
        violated.add(result);
      }
    }
  }

  public boolean isClean() {
    return violatedRuns == 0;
  }

  public int violated() {
    return violatedRuns;
  }

  public String traceHash() {
    return traceHash;
  }

  String toText() {
    var text = new StringBuilder();
    if (runs == 1) {
      line(text, "seed " + options.firstSeed() + ": " + setting);
    } else {
      String nodes = options.nodes() == 0 ? "" : ", " + options.nodes() + " nodes each";
      line(text, grouped(runs) + " seeds from " + options.firstSeed() + " on" + nodes);
    }
    line(text, "operations  " + grouped(operations));
    line(text, "events      " + grouped(events));
    line(text, "faults      " + faultsAsText());
    line(text, "upkeep      " + upkeep);
    line(text, "trace       " + traceHash);
    for (var result : violated) {
      line(text, "");
      for (Finding finding : result.findings()) {
        line(text, "seed " + result.seed() + ", " + finding.checker() + ": " + finding.text());
      }
      line(text, "replay with " + replay(result.seed()));
    }
    line(text, "verdict     " + (isClean() ? "no violation" : violatedRuns + " seeds violated"));
    return text.toString();
  }

  String toJson() {
    var json = new Json();
    json.open('{').field("seed", options.firstSeed()).field("seeds", runs);
    json.field("nodes", options.nodes()).field("verdict", isClean() ? "clean" : "violated");
    json.field("operations", operations).field("events", events);
    json.name("faults").open('{');
    faults.forEach((fault, times) -> json.field(fault.label(), times));
    json.close('}').name("upkeep").open('{').field("owed", upkeep.owed());
    json.field("paid", upkeep.paid()).field("forgotten", upkeep.forgotten());
    json.field("ringSteps", upkeep.ringSteps());
    json.close('}').field("trace", traceHash);
    json.name("violations").open('[');
    for (var result : violated) {
      for (Finding finding : result.findings()) {
        json.element().open('{').field("seed", result.seed());
        json.field("checker", finding.checker()).field("text", finding.text());
        json.field("atMicros", finding.atMicros()).field("replay", replay(result.seed()));
        json.close('}');
      }
    }
    return json.close(']').close('}').end();
  }

  private String replay(long seed) {
    String nodes = options.nodes() == 0 ? "" : " --nodes " + options.nodes();
    return "flywheel simulate --seed " + seed + nodes;
  }

  private String faultsAsText() {
    var text = new StringBuilder();
    faults.forEach(
        (fault, times) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(fault.label())
                .append(' ')
                .append(times));
    return text.isEmpty() ? "none" : text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String combine(String all, String next) {
    long mixed = Long.parseUnsignedLong(all, 16) * 0xbf58476d1ce4e5b9L;
    mixed = Long.rotateLeft(mixed, 31) ^ Long.parseUnsignedLong(next, 16);
    return String.format("%016x", mixed);
  }
}
