package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.simulator.workload.Attempt;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;

/** Every request is answered exactly once, by its deadline, unless its process dies before. */
final class AnsweredOnceInTime implements Witness {
  /** Clocks are read in whole milliseconds. */
  private static final long SLACK_MICROS = 3_000;

  private static final long LEAST_MILLIS = 1;

  private final Scene scene;

  AnsweredOnceInTime(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    var attempt = scene.history().attempt(respond.token());
    if (attempt == null) {
      scene.violation(AnsweredOnceInTime.class, process + " answers what nobody asked");
    } else if (attempt.answers() > 0) {
      scene.violation(AnsweredOnceInTime.class, process + " answers twice: " + attempt.request());
    } else if (isLate(attempt)) {
      scene.violation(
          AnsweredOnceInTime.class, process + " answers too late: " + attempt.request());
    }
  }

  /** At the end of a run, when every deadline has passed. */
  void end() {
    for (var attempt : scene.history().attempts()) {
      if (attempt.answers() == 0 && attempt.process().alive() && isLate(attempt)) {
        scene.violation(
            AnsweredOnceInTime.class, attempt.process() + " never answered: " + attempt.request());
      }
    }
  }

  private boolean isLate(Attempt attempt) {
    long allowed = Math.max(LEAST_MILLIS, attempt.request().timeoutMillis()) * 1000 + SLACK_MICROS;
    long taken = scene.cluster().events().nowMicros() - attempt.arrivedMicros();
    // The request waited for the processor, and so does the end of its time.
    long waited = 2 * attempt.process().longestWaitMicros();
    return taken - attempt.pausedMicros() - waited > allowed;
  }
}
