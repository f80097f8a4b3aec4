package io.flywheel.simulator;

import io.flywheel.simulator.mutant.MutantReport;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Runs whole clusters of the real core, with clients and faults, each from one seed. */
public final class Simulator {
  /** How many seeds are handed out at a time; results come in the order of seeds. */
  private static final int PORTION = 64;

  private Simulator() {}

  /**
   * Runs what the options ask for. The report goes to {@code out}, progress to {@code err}.
   *
   * @return the exit code: 0 when nothing was violated, 1 otherwise
   */
  public static int run(SimulatorOptions options, PrintStream out, PrintStream err) {
    try (var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      if (options.mutants()) {
        return MutantReport.hunt(options, threads, out, err);
      }
      var report = simulate(options, threads, err);
      out.print(options.json() ? report.toJson() : report.toText());
      out.flush();
      return report.isClean() ? 0 : 1;
    }
  }

  private static Report simulate(
      SimulatorOptions options, ExecutorService threads, PrintStream err) {
    var report = new Report(options);
    var progress = new Progress(err, "seeds", options.seeds());
    for (int done = 0; done < options.seeds(); done += PORTION) {
      var portion = new ArrayList<Callable<RunResult>>();
      for (int i = done; i < Math.min(options.seeds(), done + PORTION); i++) {
        long seed = options.firstSeed() + i;
        portion.add(() -> runOne(options, seed, err));
      }
      inOrder(threads, portion).forEach(report::add);
      progress.show(Math.min(options.seeds(), done + PORTION), report.violated() + " violated");
    }
    progress.clear();
    return report;
  }

  private static RunResult runOne(SimulatorOptions options, long seed, PrintStream err) {
    PrintStream reader = options.trace() && options.seeds() == 1 ? err : null;
    return run(seed, options.nodes(), reader);
  }

  /** One seed, told in full to {@code reader} if there is one. */
  public static RunResult run(long seed, int nodes, @Nullable PrintStream reader) {
    return new Simulation(seed, nodes, reader).run();
  }

  /** All results, in the order of the tasks. */
  public static <T> List<T> inOrder(ExecutorService threads, List<Callable<T>> tasks) {
    var results = new ArrayList<T>(tasks.size());
    try {
      for (var future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the simulator itself failed", e.getCause());
    }
  }
}
