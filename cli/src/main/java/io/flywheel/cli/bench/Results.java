package io.flywheel.cli.bench;

import io.flywheel.client.FlywheelException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * How long requests took, and why some failed. Any thread may add to it; one thread, that of the
 * report, takes out what came since it last did.
 */
public final class Results {
  private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final int DIGITS = 3;

  private final Operation reads = new Operation();
  private final Operation writes = new Operation();
  private final LongAdder absent = new LongAdder();
  private final ConcurrentHashMap<String, LongAdder> errors = new ConcurrentHashMap<>();

  /** Reads, or writes. */
  private static final class Operation {
    final Recorder recorder = new Recorder(LONGEST_MICROS, DIGITS);
    final Histogram total = new Histogram(LONGEST_MICROS, DIGITS);
    @Nullable Histogram recent;

    Histogram next() {
      Histogram next = recorder.getIntervalHistogram(recent);
      recent = next;
      total.add(next);
      return next;
    }
  }

  void add(boolean read, long nanos) {
    long micros = Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, LONGEST_MICROS);
    (read ? reads : writes).recorder.recordValue(micros);
  }

  void addAbsent() {
    absent.increment();
  }

  void addError(Throwable failure) {
    Throwable cause = Load.cause(failure);
    String reason =
        cause instanceof FlywheelException known ? known.reason() : String.valueOf(cause);
    errors.computeIfAbsent(reason, none -> new LongAdder()).increment();
  }

  /** What reads took since this was last called. It is valid until the next call. */
  public Histogram nextReads() {
    return reads.next();
  }

  /** What writes took since this was last called. It is valid until the next call. */
  public Histogram nextWrites() {
    return writes.next();
  }

  /** What all reads took that {@link #nextReads} has given out. */
  public Histogram allReads() {
    return reads.total;
  }

  /** What all writes took that {@link #nextWrites} has given out. */
  public Histogram allWrites() {
    return writes.total;
  }

  /** Reads that found no value; they count as done. */
  public long absent() {
    return absent.sum();
  }

  /** How many requests failed, by reason. */
  public Map<String, Long> errors() {
    var counts = new TreeMap<String, Long>();
    errors.forEach((reason, count) -> counts.put(reason, count.sum()));
    return Collections.unmodifiableMap(counts);
  }

  public long failed() {
    return errors.values().stream().mapToLong(LongAdder::sum).sum();
  }
}
