package io.flywheel.simulator.workload;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.ClientRequest.Get;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RequestId;
import io.flywheel.simulator.world.EventQueue;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Many clients who know nothing of each other: an open loop, in which requests begin whatever has
 * become of those before (Schroeder et al., 'Open Versus Closed', 2006). Each is tried again, with
 * the same request id and through another node, as far as a retry budget goes: one retry for every
 * ten requests, as common client libraries do it.
 */
public final class Crowd {
  /** A request that takes longer, with all that was tried for it, has failed. */
  public static final long PATIENCE_MICROS = 1_000_000;

  private static final int MOST_ATTEMPTS = 3;
  private static final long BACKOFF_MICROS = 100_000;
  private static final double BUDGET_PER_REQUEST = 0.1;
  private static final double MOST_BUDGET = 10;

  /**
   * What became of the first attempt at something.
   *
   * @param outcome null where no answer came
   */
  public record Attempted(
      SimulatedProcess process,
      ClientRequest request,
      @Nullable Outcome outcome,
      boolean done,
      long takenMicros) {}

  private final EventQueue events;
  private final Wire wire;
  private final History history;
  private final List<Key> keys;
  private final Pulse pulse;
  private final List<Reach> reaches;
  private final SplittableRandom random;
  private final List<Visit> visits = new ArrayList<>();
  private double budget = MOST_BUDGET;
  private boolean surging;
  private boolean stopped;

  /** {@code reaches}: where each of them asks for quorums, one or the other. */
  public Crowd(
      EventQueue events,
      Wire wire,
      History history,
      List<Key> keys,
      Pulse pulse,
      List<Reach> reaches,
      SplittableRandom random) {
    this.events = events;
    this.wire = wire;
    this.history = history;
    this.keys = keys;
    this.pulse = pulse;
    this.reaches = reaches;
    this.random = random;
  }

  public void begin() {
    if (!stopped) {
      var visit = new Visit(random.nextBoolean());
      visits.add(visit);
      budget = Math.min(MOST_BUDGET, budget + BUDGET_PER_REQUEST);
      visit.attempt();
      long spacing = 1_000_000 / (surging ? pulse.perSecond() * pulse.factor() : pulse.perSecond());
      events.after(spacing / 2 + random.nextLong(spacing + 1), this::begin);
    }
  }

  /** From now on many times as many come, or no more than before. */
  public void surge(boolean many) {
    surging = many;
  }

  public void stop() {
    stopped = true;
  }

  /** The share of the requests begun in this time that were done in time. */
  public double goodput(long fromMicros, long toMicros) {
    int begun = 0;
    int done = 0;
    for (Visit visit : visits) {
      if (visit.begunMicros >= fromMicros && visit.begunMicros < toMicros) {
        begun++;
        done += visit.done ? 1 : 0;
      }
    }
    return begun == 0 ? 1 : (double) done / begun;
  }

  /** What became of the requests begun in this time, as far as it is known. */
  public List<Attempted> firstAttempts(long fromMicros, long toMicros) {
    var attempts = new ArrayList<Attempted>();
    for (Visit visit : visits) {
      var first = visit.first;
      if (visit.begunMicros >= fromMicros && visit.begunMicros < toMicros && first != null) {
        attempts.add(first);
      }
    }
    return attempts;
  }

  /** What one client wants once, with all attempts at it. */
  private final class Visit {
    private final boolean reads;
    private final Key key = keys.get(random.nextInt(keys.size()));
    private final Reach reach = reach();
    private final long begunMicros = events.nowMicros();
    private @Nullable Operation operation;
    private @Nullable Attempted first;
    private int attempts;
    private boolean done;

    private Visit(boolean reads) {
      this.reads = reads;
    }

    private void attempt() {
      var process = wire.anyProcess();
      if (process != null) {
        attempts++;
        var request = request();
        wire.ask(process, request, operation, (outcome, _) -> ended(process, request, outcome));
      }
    }

    private Reach reach() {
      return reaches.size() == 1 ? reaches.getFirst() : reaches.get(random.nextInt(reaches.size()));
    }

    private ClientRequest request() {
      int count = reach.equals(Reach.ANYWHERE) ? 0 : 1;
      if (reads) {
        return new Get(key, count, 0, reach, pulse.timeoutMillis());
      }
      var put = operation;
      if (put == null) {
        var id = new RequestId(random.nextLong(), random.nextLong());
        put = history.put(key, new BitSet(), new BitSet(), 0, 0, id);
        operation = put;
      }
      return new Put(key, put.write(), null, 0, count, 0, reach, put.id(), pulse.timeoutMillis());
    }

    private void ended(SimulatedProcess process, ClientRequest request, @Nullable Outcome outcome) {
      long taken = events.nowMicros() - begunMicros;
      boolean succeeded = outcome instanceof Outcome.Found || outcome instanceof Outcome.Written;
      if (first == null) {
        first = new Attempted(process, request, outcome, succeeded, taken);
      }
      if (succeeded) {
        done = taken <= PATIENCE_MICROS;
      } else if (budget >= 1 && attempts < MOST_ATTEMPTS && taken < PATIENCE_MICROS && !stopped) {
        budget--;
        events.after(BACKOFF_MICROS + random.nextLong(2 * BACKOFF_MICROS), this::attempt);
      }
    }
  }
}
