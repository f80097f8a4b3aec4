package io.flywheel.simulator.workload;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Reach;
import io.flywheel.simulator.world.SimulatedProcess;
import org.jspecify.annotations.Nullable;

/** One request as one process received it, and its answer. */
public final class Attempt {
  private final ClientRequest request;
  private final @Nullable Operation operation;
  private final SimulatedProcess process;
  private final long arrivedMicros;
  private final long pausedBeforeMicros;
  private final int damagesBefore;
  private int answers;
  private long answeredMicros;
  private @Nullable Outcome outcome;

  /** {@code operation} is null for reads. */
  public Attempt(
      ClientRequest request,
      @Nullable Operation operation,
      SimulatedProcess process,
      long arrivedMicros,
      int damagesBefore) {
    this.request = request;
    this.operation = operation;
    this.process = process;
    this.arrivedMicros = arrivedMicros;
    this.pausedBeforeMicros = process.pausedMicros();
    this.damagesBefore = damagesBefore;
  }

  public ClientRequest request() {
    return request;
  }

  /** The data centres of which it asks for quorums. */
  public Reach reach() {
    var reach =
        switch (request) {
          case ClientRequest.Put put -> put.reach();
          case ClientRequest.Get get -> get.reach();
          case ClientRequest.Explain _, ClientRequest.Repair _ -> Reach.ANYWHERE;
        };
    return reach.from(process.machine().datacenter());
  }

  public @Nullable Operation operation() {
    return operation;
  }

  public SimulatedProcess process() {
    return process;
  }

  public long arrivedMicros() {
    return arrivedMicros;
  }

  /** For how long its process has not been running since it arrived. */
  public long pausedMicros() {
    return process.pausedMicros() - pausedBeforeMicros;
  }

  /** How many times durable data had been destroyed before the request arrived. */
  public int damagesBefore() {
    return damagesBefore;
  }

  public int answers() {
    return answers;
  }

  /** Null while there is no answer. */
  public @Nullable Outcome outcome() {
    return outcome;
  }

  public long answeredMicros() {
    return answeredMicros;
  }

  public void answered(Outcome answer, long atMicros) {
    answers++;
    outcome = answer;
    answeredMicros = atMicros;
  }
}
