package io.flywheel.simulator.workload;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The clients' side of the network: requests arrive late or never, and so do answers. */
public final class Wire {
  private static final long DEFAULT_TIMEOUT_MILLIS = 1_000;
  private static final long GRACE_MICROS = 50_000;

  /** Hears how a request ended, once. */
  @FunctionalInterface
  public interface Listener {
    /** Null means that no answer came. */
    void ended(@Nullable Outcome outcome, String context);
  }

  private final SimulatedCluster cluster;
  private final History history;
  private final SplittableRandom random;
  private double lostAnswers;

  public Wire(SimulatedCluster cluster, History history, SplittableRandom random) {
    this.cluster = cluster;
    this.history = history;
    this.random = random;
  }

  /** From now on this share of the answers never arrives. */
  public void loseAnswers(double share) {
    lostAnswers = share;
  }

  /** Some process that runs, or null. */
  public @Nullable SimulatedProcess anyProcess() {
    var running = new ArrayList<SimulatedProcess>();
    for (SimulatedMachine machine : cluster.machines()) {
      var process = machine.process();
      if (process != null) {
        running.add(process);
      }
    }
    return running.isEmpty() ? null : running.get(random.nextInt(running.size()));
  }

  public void ask(
      SimulatedProcess process,
      ClientRequest request,
      @Nullable Operation operation,
      Listener listener) {
    new Exchange(process, request, operation, listener).begin();
  }

  private final class Exchange {
    private final SimulatedProcess process;
    private final ClientRequest request;
    private final @Nullable Operation operation;
    private final Listener listener;
    private boolean ended;

    private Exchange(
        SimulatedProcess process,
        ClientRequest request,
        @Nullable Operation operation,
        Listener listener) {
      this.process = process;
      this.request = request;
      this.operation = operation;
      this.listener = listener;
    }

    private void begin() {
      cluster.events().after(delay(), this::arrive);
      long patience =
          request.timeoutMillis() == 0 ? DEFAULT_TIMEOUT_MILLIS : request.timeoutMillis();
      cluster.events().after(patience * 1000 + GRACE_MICROS, () -> end(null, ""));
    }

    private void arrive() {
      if (!process.alive()) {
        end(null, "");
        return;
      }
      var attempt =
          new Attempt(request, operation, process, cluster.events().nowMicros(), history.damages());
      long token = cluster.nextToken();
      history.attempted(token, attempt);
      cluster.request(process, token, request, this::answered);
    }

    private void answered(Effect.Respond respond) {
      if (lostAnswers == 0 || random.nextDouble() >= lostAnswers) {
        cluster.events().after(delay(), () -> end(respond.outcome(), respond.contextToken().get()));
      }
    }

    private void end(@Nullable Outcome outcome, String context) {
      if (!ended) {
        ended = true;
        listener.ended(outcome, context);
      }
    }

    private long delay() {
      return 50 + random.nextLong(400);
    }
  }
}
