package io.flywheel.cli;

import io.flywheel.cli.bench.Load;
import io.flywheel.cli.bench.LoadShape;
import io.flywheel.cli.bench.Results;
import io.flywheel.client.FlywheelClient;
import io.flywheel.client.FlywheelException;
import io.flywheel.client.InvalidRequestException;
import io.flywheel.client.NotDoneException;
import io.flywheel.client.Put;
import io.flywheel.client.Read;
import io.flywheel.client.Store;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Puts load on a running cluster with the Java client, and says how fast it was. The keys {@code
 * bench-0}, {@code bench-1} and so on are written, and stay.
 */
@Command(
    name = "bench",
    description =
        "Put load on a running cluster: throughput and latencies. Writes keys bench-0, bench-1 and"
            + " so on, which stay.")
final class BenchCommand implements Callable<Integer> {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

  @ParentCommand private Main main;

  @Option(
      names = {"--concurrency", "--threads"},
      paramLabel = "COUNT",
      defaultValue = "16",
      description = "Requests under way at once, at most (${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(
      names = "--rate",
      paramLabel = "PER_SECOND",
      description =
          "Send so many requests a second, whether answers come or not; latencies count from when"
              + " a request was due. Unless given, as many as are answered.")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = Durations.Seconds.class,
      description = "How long to measure (${DEFAULT-VALUE}).")
  private Duration seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "How long to run before that (${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--keys",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "How many keys there are, all as likely (${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--value-bytes",
      paramLabel = "BYTES",
      defaultValue = "1000",
      description = "How large values are (${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--mix",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description = "The share of reads, from 0 to 1 (${DEFAULT-VALUE}).")
  private double mix;

  @Option(names = "--w", paramLabel = "W", description = "Nodes that must have a write on disk.")
  private int w;

  @Option(names = "--r", paramLabel = "R", description = "Nodes that must answer a read.")
  private int r;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "lww",
      description = "Where the keys are (${DEFAULT-VALUE}).")
  private String namespace;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "2s",
      converter = Durations.class,
      description = "How long a request may take, with retries (${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = "--no-fill",
      description = "Do not put every key once before measuring; reads may then find nothing.")
  private boolean unfilled;

  @Override
  public Integer call() throws Failure {
    LoadShape shape = shape();
    try (var client =
        FlywheelClient.builder()
            .addresses(main.node())
            .timeout(timeout)
            .mostInFlight(2 * concurrency)
            .build()) {
      Store<byte[]> store = client.namespace(namespace);
      prepare(store, shape);
      var results = new Results();
      var report = new BenchReport(main.terminal(), main.wantsJson(), shape, results);
      Load load = follow(Load.begin(store, shape, results), report);
      report.print(load.overdue());
      if (report.done() == 0) {
        throw new Failure(
            Exit.UNAVAILABLE,
            "no request was done; look at `flywheel status` and the errors above");
      }
    } catch (IllegalArgumentException e) {
      throw Failure.misused("bench", e);
    }
    return Exit.DONE.status();
  }

  private LoadShape shape() throws Failure {
    try {
      if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "--timeout is at most a minute, not " + timeout.toSeconds() + "s");
      }
      var before = Duration.ofSeconds(warmUp);
      return new LoadShape(concurrency, rate, keys, valueBytes, mix, before, seconds, w, r);
    } catch (IllegalArgumentException e) {
      throw Failure.misused("bench", e);
    }
  }

  /** One put and one get tell at once whether it makes sense to begin. */
  private void prepare(Store<byte[]> store, LoadShape shape) throws Failure {
    try {
      store.put("bench-0", new byte[valueBytes], w == 0 ? Put.usual() : Put.w(w));
      store.get("bench-0", r == 0 ? Read.usual() : Read.r(r));
      if (!unfilled && mix > 0) {
        fill(store, shape);
      }
    } catch (CompletionException e) {
      if (e.getCause() instanceof FlywheelException cause) {
        throw failure(cause);
      }
      throw e;
    } catch (FlywheelException e) {
      throw failure(e);
    }
  }

  private void fill(Store<byte[]> store, LoadShape shape) {
    var done = new AtomicInteger();
    var filling = CompletableFuture.runAsync(() -> Load.fill(store, shape, done));
    while (!filling.isDone()) {
      main.terminal().progress("filling: %,d of %,d keys".formatted(done.get(), shape.keys()));
      LockSupport.parkNanos(10 * POLL_NANOS);
    }
    main.terminal().progress("");
    filling.join();
  }

  private static Failure failure(FlywheelException e) {
    if (e instanceof InvalidRequestException) {
      return Failure.misused("bench", e);
    }
    Exit exit = e instanceof NotDoneException ? Exit.UNAVAILABLE : Exit.UNKNOWN;
    return new Failure(exit, e.getMessage() + "; look at `flywheel status`", e);
  }

  private static Load follow(Load load, BenchReport report) {
    long next = System.nanoTime() + SECOND_NANOS;
    while (!load.isOver()) {
      LockSupport.parkNanos(POLL_NANOS);
      if (System.nanoTime() - next >= 0) {
        report.progress(load.isWarmingUp());
        next += SECOND_NANOS;
      }
    }
    return load;
  }
}
