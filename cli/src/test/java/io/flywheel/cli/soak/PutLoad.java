package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.KeptConnection;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Puts, each to a key of its own, at a steady rate if the machine can do it, through nodes of which
 * the clients know nothing: not which of them are dead either. A put is accepted when a node says
 * within a second that it is; it may be tried once more, at another node, under the same
 * idempotency key. Where the first node refused it, it waits a moment before that, as clients
 * should.
 */
final class PutLoad {
  private static final int BUDGET_MILLIS = 1_000;
  private static final int FIRST_MILLIS = 450;
  private static final int BACK_OFF_MILLIS = 100;
  private static final int COPIES = 2;
  private static final int NOT_ACCEPTED = -1;
  private static final String REFUSED = "status 503";

  private final List<NodeAddress> nodes;
  private final int puts;
  private final int ratePerSecond;
  private final String padding;
  private final long run = System.nanoTime();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicIntegerArray latenciesMicros;
  private final AtomicIntegerArray acceptedAtMillis;
  private final AtomicLong lateNanos = new AtomicLong();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger retried = new AtomicInteger();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final List<Integer> failedAtMillis = new ArrayList<>();
  private final List<Thread> clients = new ArrayList<>();

  PutLoad(
      List<NodeAddress> nodes, int puts, int ratePerSecond, int clients, SplittableRandom random) {
    this(nodes, puts, ratePerSecond, clients, 0, random);
  }

  /** Values are filled up with so many bytes. */
  PutLoad(
      List<NodeAddress> nodes,
      int puts,
      int ratePerSecond,
      int clients,
      int paddingBytes,
      SplittableRandom random) {
    this.nodes = nodes;
    this.puts = puts;
    this.ratePerSecond = ratePerSecond;
    this.padding = "-".repeat(paddingBytes);
    this.latenciesMicros = new AtomicIntegerArray(puts);
    this.acceptedAtMillis = new AtomicIntegerArray(puts);
    for (int i = 0; i < clients; i++) {
      var own = random.split();
      this.clients.add(Thread.ofPlatform().name("client-" + i).daemon().unstarted(() -> run(own)));
    }
  }

  void start() {
    clients.forEach(Thread::start);
  }

  /** Begins no more puts. */
  void stop() {
    next.set(puts);
  }

  void finish() throws InterruptedException {
    for (Thread client : clients) {
      client.join();
    }
  }

  boolean isDone() {
    return clients.stream().noneMatch(Thread::isAlive);
  }

  int accepted() {
    return accepted.get();
  }

  int notAccepted() {
    return refused.get();
  }

  synchronized String failures() {
    return failures.toString();
  }

  /** By the time that {@link #acceptedAround} understands. */
  synchronized List<Integer> failedAtMillis() {
    return List.copyOf(failedAtMillis);
  }

  int retried() {
    return retried.get();
  }

  /** The time that {@link #acceptedAround} understands. */
  int nowMillis() {
    return (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - run);
  }

  /** Which puts were accepted within so long of a time. */
  IntStream acceptedAround(int atMillis, int millis) {
    return IntStream.range(0, puts)
        .filter(put -> acceptedAtMillis.get(put) > 0)
        .filter(put -> Math.abs(acceptedAtMillis.get(put) - atMillis) <= millis);
  }

  int puts() {
    return puts;
  }

  boolean isAccepted(int put) {
    return acceptedAtMillis.get(put) > 0;
  }

  /** All but this share of those accepted between two times took at most so many milliseconds. */
  double percentileMillis(double share, int fromMillis, int toMillis) {
    int[] sorted =
        IntStream.range(0, puts)
            .filter(put -> acceptedAtMillis.get(put) > fromMillis)
            .filter(put -> acceptedAtMillis.get(put) <= toMillis)
            .map(latenciesMicros::get)
            .filter(micros -> micros > 0)
            .sorted()
            .toArray();
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e3;
  }

  /** Half, and all but one in a hundred, a thousand, ten thousand, were accepted within so long. */
  String latencies() {
    int[] sorted =
        IntStream.range(0, puts).map(latenciesMicros::get).filter(micros -> micros > 0).toArray();
    if (sorted.length == 0) {
      return "none";
    }
    Arrays.sort(sorted);
    var text = new StringBuilder();
    for (double share : new double[] {0.5, 0.99, 0.999, 0.9999, 1}) {
      int rank = Math.max(0, (int) Math.ceil(share * sorted.length) - 1);
      text.append("%s%% %.1f ms, ".formatted(share * 100, sorted[rank] / 1e3));
    }
    return text.substring(0, text.length() - 2);
  }

  String path(int put) {
    return "/kv/" + (padding.isEmpty() ? "availability-" : "growth-" + run + "-") + put;
  }

  String value(int put) {
    return "value-" + put + "-" + run + padding;
  }

  private void run(SplittableRandom random) {
    List<KeptConnection> connections = nodes.stream().map(KeptConnection::new).toList();
    for (int put = next.getAndIncrement(); put < puts; put = next.getAndIncrement()) {
      awaitTurn(put);
      String failure = put(put, connections, random);
      if (failure.isEmpty()) {
        accepted.incrementAndGet();
      } else {
        refused.incrementAndGet();
        latenciesMicros.set(put, NOT_ACCEPTED);
        synchronized (this) {
          failures.merge(failure, 1, Integer::sum);
          failedAtMillis.add(nowMillis());
        }
      }
    }
    for (KeptConnection connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        // Nobody waits for anything on it any more.
      }
    }
  }

  /** Puts that are late do not hurry: the rate is an upper bound. */
  private void awaitTurn(int put) {
    long due = run + put * TimeUnit.SECONDS.toNanos(1) / ratePerSecond + lateNanos.get();
    long now = System.nanoTime();
    if (now > due) {
      lateNanos.addAndGet(now - due);
    }
    while (System.nanoTime() < due) {
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  /** Why the put was not accepted; empty if it was. */
  private String put(int put, List<KeptConnection> connections, SplittableRandom random) {
    long since = System.nanoTime();
    int node = random.nextInt(nodes.size());
    String first = attempt(put, since, FIRST_MILLIS, connections.get(node));
    if (first.isEmpty()) {
      return "";
    }
    retried.incrementAndGet();
    if (first.equals(REFUSED)) {
      long backOffMillis = random.nextLong(BACK_OFF_MILLIS, 2 * BACK_OFF_MILLIS);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(backOffMillis));
    }
    int other = (node + random.nextInt(1, nodes.size())) % nodes.size();
    String second = attempt(put, since, BUDGET_MILLIS, connections.get(other));
    return second.isEmpty() ? "" : first + ", then " + second;
  }

  private String attempt(int put, long since, int byMillis, KeptConnection connection) {
    int left = byMillis - (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    if (left <= 0) {
      return "no time left";
    }
    try {
      String json = "{\"value\":\"" + value(put) + "\"}";
      Answer answer =
          connection.send(
              Request.of("PUT", path(put))
                  .json(json.getBytes(StandardCharsets.UTF_8))
                  .header("W", "" + COPIES)
                  .header("Timeout", left + "ms")
                  .header("Idempotency-Key", "put-" + put + "-" + run)
                  .answerWithin(left + 5));
      if (answer.status() != 200) {
        return "status " + answer.status();
      }
      acceptedAtMillis.set(put, Math.max(1, nowMillis()));
      long tookNanos = System.nanoTime() - since;
      latenciesMicros.set(put, (int) TimeUnit.NANOSECONDS.toMicros(tookNanos));
      return tookNanos <= TimeUnit.MILLISECONDS.toNanos(BUDGET_MILLIS) ? "" : "too late";
    } catch (IOException e) {
      return "no answer";
    }
  }
}
