package io.flywheel.simulator.mutant;

import io.flywheel.simulator.Json;
import io.flywheel.simulator.Progress;
import io.flywheel.simulator.Simulator;
import io.flywheel.simulator.SimulatorOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Plants every known bug in turn and looks for it with fresh seeds. */
public final class MutantReport {
  private static final int HUNTS = 3;
  private static final int MOST_SEEDS = 2_000;

  /** How far apart the hunts for one mutant begin. */
  private static final long DISTANCE = 1_000_003;

  private record Outcome(Mutant mutant, List<Hunt.Catch> catches) {
    /** Caught by one hunt is caught: the others only say how hard it is. */
    boolean caught() {
      return catches.stream().anyMatch(Hunt.Catch::caught);
    }

    int medianSeeds() {
      var seeds = catches.stream().mapToInt(Hunt.Catch::seeds).sorted().toArray();
      return seeds[seeds.length / 2];
    }

    Hunt.Catch firstCatch() {
      return catches.stream().filter(Hunt.Catch::caught).findFirst().orElse(catches.getFirst());
    }
  }

  private MutantReport() {}

  /** The exit code: 0 when all were caught. */
  public static int hunt(
      SimulatorOptions options, ExecutorService threads, PrintStream out, PrintStream err) {
    var mutants = Mutants.all();
    var progress = new Progress(err, "mutants", mutants.size());
    var done = new AtomicInteger();
    var tasks = new ArrayList<Callable<Outcome>>();
    for (var mutant : mutants) {
      tasks.add(
          () -> {
            var outcome = hunt(mutant, options.firstSeed());
            progress.show(done.incrementAndGet(), "trap " + mutant.trap());
            return outcome;
          });
    }
    var outcomes = Simulator.inOrder(threads, tasks);
    progress.clear();
    long caught = outcomes.stream().filter(Outcome::caught).count();
    if (options.json()) {
      out.print(json(outcomes, caught));
    } else {
      outcomes.forEach(outcome -> out.println(text(outcome)));
      out.println("caught " + caught + " of " + outcomes.size());
    }
    out.flush();
    return caught == outcomes.size() ? 0 : 1;
  }

  private static Outcome hunt(Mutant mutant, long firstSeed) {
    var hunt = new Hunt(mutant);
    var catches = new ArrayList<Hunt.Catch>();
    for (int i = 0; i < HUNTS; i++) {
      catches.add(hunt.from(firstSeed + i * DISTANCE, MOST_SEEDS));
    }
    return new Outcome(mutant, catches);
  }

  private static String text(Outcome outcome) {
    var mutant = outcome.mutant();
    String how =
        outcome.caught()
            ? String.format(
                Locale.ROOT,
                "caught after %d seeds (median of %d) by seed %d, %s",
                outcome.medianSeeds(),
                HUNTS,
                outcome.firstCatch().seed(),
                outcome.firstCatch().checker())
            : "NOT CAUGHT";
    return "trap " + mutant.trap() + ", " + mutant.title() + ": " + how;
  }

  private static String json(List<Outcome> outcomes, long caught) {
    var json = new Json();
    json.open('{').field("caught", caught).field("mutants", outcomes.size());
    json.name("traps").open('[');
    for (var outcome : outcomes) {
      var mutant = outcome.mutant();
      json.element().open('{').field("trap", mutant.trap()).field("title", mutant.title());
      json.field("file", mutant.file()).field("caught", outcome.caught());
      if (outcome.caught()) {
        json.field("medianSeeds", outcome.medianSeeds());
        json.field("seed", outcome.firstCatch().seed());
        json.field("finding", outcome.firstCatch().finding());
      }
      json.close('}');
    }
    return json.close(']').close('}').end();
  }
}
