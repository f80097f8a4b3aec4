package io.flywheel.server.metrics;

import io.flywheel.server.http.RequestRecorder;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Times requests by what they asked and how they ended. A timer is made when it is first needed, so
 * that there are no series for what never happens, and kept in a table: recording looks nothing up
 * by name.
 */
public final class RequestMetrics implements RequestRecorder {
  private static final long[] BUCKETS_MICROS = {
    250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000
  };
  private static final double[] SIBLING_BUCKETS = {0.5, 1, 2, 3, 5, 10, 20, 100};

  private final MeterRegistry registry;
  private final DistributionSummary siblings;
  private final Map<Operation, Map<Ending, Timer>> timers = new EnumMap<>(Operation.class);

  public RequestMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.siblings =
        DistributionSummary.builder("flywheel.siblings")
            .description("Values that a read found under its key")
            .serviceLevelObjectives(SIBLING_BUCKETS)
            .register(registry);
  }

  @Override
  public void record(Operation operation, Ending ending, long nanos) {
    timers
        .computeIfAbsent(operation, _ -> new EnumMap<>(Ending.class))
        .computeIfAbsent(ending, _ -> timer(operation, ending))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void values(int count) {
    siblings.record(count);
  }

  private Timer timer(Operation operation, Ending ending) {
    return Timer.builder("flywheel.requests")
        .description("Clients' requests on keys, from their head to their answer")
        .tag("operation", label(operation))
        .tag("outcome", label(ending))
        .serviceLevelObjectives(
            LongStream.of(BUCKETS_MICROS)
                .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
                .toArray(Duration[]::new))
        .register(registry);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
