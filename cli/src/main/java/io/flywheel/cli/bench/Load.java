package io.flywheel.cli.bench;

import io.flywheel.client.Fetched;
import io.flywheel.client.NotDoneException;
import io.flywheel.client.Put;
import io.flywheel.client.PutOptions;
import io.flywheel.client.Read;
import io.flywheel.client.ReadOptions;
import io.flywheel.client.Store;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts and gets of random keys, until it is over.
 *
 * <p>Without a rate the loop is closed: each of so many places sends its next request when it has
 * the answer to the one before. A slow cluster is then asked less often, and what its users would
 * have waited for is not measured: coordinated omission (G. Tene, "How NOT to Measure Latency").
 *
 * <p>With a rate every request has a time at which it is due, whatever became of those before it,
 * and its latency counts from then. When all places are taken, what is due waits, and the waiting
 * counts.
 */
public final class Load {
  /** A place whose request failed rests, or an absent cluster would be asked a million times. */
  private static final Executor AFTER_A_REST =
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

  private static final int MOST_TRIES = 100;
  private static final Duration FILLING_TIMEOUT = Duration.ofSeconds(20);

  private static final int MOST_RANDOM_BYTES = 1 << 20;
  private static final long RANDOM_SEED = 20_071_014;

  private final Store<byte[]> store;
  private final LoadShape shape;
  private final Results results;
  private final PutOptions put;
  private final ReadOptions read;
  private final byte[] random;
  private final Semaphore places;
  private final AtomicLong overdue = new AtomicLong();
  private final long startNanos = System.nanoTime();
  private final long measuredNanos;
  private final long endNanos;

  private Load(Store<byte[]> store, LoadShape shape, Results results) {
    this.store = store;
    this.shape = shape;
    this.results = results;
    this.put = shape.w() == 0 ? Put.usual() : Put.w(shape.w());
    this.read = shape.r() == 0 ? Read.usual() : Read.r(shape.r());
    this.random = new byte[MOST_RANDOM_BYTES + shape.valueBytes()];
    new Random(RANDOM_SEED).nextBytes(random);
    this.places = new Semaphore(shape.concurrency());
    this.measuredNanos = startNanos + shape.warmUp().toNanos();
    this.endNanos = measuredNanos + shape.measured().toNanos();
  }

  /** Begins; {@link #isOver} says when it ends. */
  public static Load begin(Store<byte[]> store, LoadShape shape, Results results) {
    var load = new Load(store, shape, results);
    if (shape.rate() > 0) {
      Thread.ofPlatform().daemon().name("load").start(load::openLoop);
    } else {
      for (int place = 0; place < shape.concurrency(); place++) {
        load.closedLoop();
      }
    }
    return load;
  }

  /**
   * Puts every key once, as many at a time as the load has places, so that gets find something.
   * Puts that are not done, because the cluster is busy, are done again.
   *
   * @throws io.flywheel.client.FlywheelException where a put fails
   */
  public static void fill(Store<byte[]> store, LoadShape shape, AtomicInteger done) {
    var load = new Load(store, shape, new Results());
    var next = new AtomicInteger();
    var ends = new CompletableFuture<?>[shape.concurrency()];
    Arrays.setAll(ends, place -> new CompletableFuture<Void>());
    for (CompletableFuture<?> end : ends) {
      load.fillOn(next, done, end);
    }
    CompletableFuture.allOf(ends).join();
  }

  private void fillOn(AtomicInteger next, AtomicInteger done, CompletableFuture<?> end) {
    int number = next.getAndIncrement();
    if (number >= shape.keys()) {
      end.complete(null);
    } else {
      fillOn(number, MOST_TRIES, next, done, end);
    }
  }

  private void fillOn(
      int number, int tries, AtomicInteger next, AtomicInteger done, CompletableFuture<?> end) {
    var _ =
        store
            .putAsync(key(number), value(), put.timeout(FILLING_TIMEOUT))
            .whenComplete(
                (written, failure) -> {
                  if (failure == null) {
                    done.incrementAndGet();
                    fillOn(next, done, end);
                  } else if (tries > 1 && cause(failure) instanceof NotDoneException) {
                    AFTER_A_REST.execute(() -> fillOn(number, tries - 1, next, done, end));
                  } else {
                    next.set(shape.keys()); // The others need not go on.
                    end.completeExceptionally(cause(failure));
                  }
                });
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException e && e.getCause() != null
        ? e.getCause()
        : failure;
  }

  private void closedLoop() {
    long now = System.nanoTime();
    if (now - endNanos >= 0 || !places.tryAcquire()) {
      return;
    }
    var _ =
        send(now)
            .whenComplete(
                (none, failure) -> {
                  places.release();
                  if (failure == null) {
                    closedLoop();
                  } else {
                    AFTER_A_REST.execute(this::closedLoop);
                  }
                });
  }

  private void openLoop() {
    for (long number = 0; ; number++) {
      long due = startNanos + number * TimeUnit.SECONDS.toNanos(1) / shape.rate();
      if (due - endNanos >= 0) {
        return;
      }
      long now = System.nanoTime();
      while (due - now > 0) {
        LockSupport.parkNanos(due - now);
        now = System.nanoTime();
      }
      if (now - endNanos >= 0 || !hasPlace()) {
        long all = shape.rate() * (endNanos - startNanos) / TimeUnit.SECONDS.toNanos(1);
        overdue.set(all - number);
        return;
      }
      var _ = send(due).whenComplete((none, failure) -> places.release());
    }
  }

  private boolean hasPlace() {
    try {
      return places.tryAcquire(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CompletableFuture<?> send(long due) {
    var chance = ThreadLocalRandom.current();
    String key = key(chance.nextInt(shape.keys()));
    boolean reads = chance.nextDouble() < shape.readShare();
    var answer = reads ? store.getAsync(key, read) : store.putAsync(key, value(), put);
    return answer.whenComplete(
        (done, failure) -> {
          if (due - measuredNanos < 0) {
            return;
          }
          if (failure != null) {
            results.addError(failure);
            return;
          }
          results.add(reads, System.nanoTime() - due);
          if (done instanceof Fetched<?> fetched && fetched.isEmpty()) {
            results.addAbsent();
          }
        });
  }

  private static String key(int number) {
    return "bench-" + number;
  }

  /** Random, so that no disk can compress it. */
  private byte[] value() {
    int start = ThreadLocalRandom.current().nextInt(MOST_RANDOM_BYTES);
    return Arrays.copyOfRange(random, start, start + shape.valueBytes());
  }

  /** Whether the time is up and nothing is under way any more. */
  public boolean isOver() {
    return System.nanoTime() - endNanos >= 0 && places.availablePermits() == shape.concurrency();
  }

  public boolean isWarmingUp() {
    return System.nanoTime() - measuredNanos < 0;
  }

  /** With a rate: requests that were due and not sent before the time was up. */
  public long overdue() {
    return overdue.get();
  }
}
