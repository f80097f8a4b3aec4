package io.flywheel.simulator.check;

import io.flywheel.simulator.workload.Crowd;
import io.flywheel.simulator.workload.Crowd.Attempted;
import io.flywheel.simulator.workload.Pulse;
import io.flywheel.simulator.world.GrayFailure;
import java.util.SplittableRandom;

/**
 * One machine that is neither well nor dead keeps nobody waiting who asks another one: as long as R
 * and W healthy replicas are there, everything succeeds, and soon.
 */
public final class HealthyQuorumServes {
  private static final long QUIET_MICROS = 3_000_000;
  private static final long FAILURE_MICROS = 5_000_000;

  /** Above what a put takes that was first brought to the bad machine, and below half its time. */
  private static final long SOON_MICROS = 400_000;

  private final Scene scene;
  private final Crowd crowd;
  private final Pulse pulse;
  private final Healing.Time time;
  private final SplittableRandom random;

  public HealthyQuorumServes(
      Scene scene, Crowd crowd, Pulse pulse, Healing.Time time, SplittableRandom random) {
    this.scene = scene;
    this.crowd = crowd;
    this.pulse = pulse;
    this.time = time;
    this.random = random;
  }

  /** Each failure in turn, at some machine. */
  public void check() {
    crowd.begin();
    boolean goesOn = time.pass(QUIET_MICROS);
    for (var failure : GrayFailure.values()) {
      goesOn = goesOn && suffer(failure);
    }
    crowd.stop();
    time.pass(Crowd.PATIENCE_MICROS);
  }

  private boolean suffer(GrayFailure failure) {
    var cluster = scene.cluster();
    var machines = cluster.machines();
    var bad = machines.get(random.nextInt(machines.size()));
    long from = cluster.events().nowMicros();
    failure.befall(cluster, bad);
    boolean goesOn = time.pass(FAILURE_MICROS);
    GrayFailure.end(cluster, bad);
    goesOn = goesOn && time.pass(pulse.quietMicros());
    for (Attempted attempted : crowd.firstAttempts(from, from + FAILURE_MICROS)) {
      boolean soon = attempted.done() && attempted.takenMicros() <= SOON_MICROS;
      if (attempted.process().machine() != bad && !soon) {
        scene.violation(
            HealthyQuorumServes.class,
            attempted.process()
                + " answers "
                + attempted.request()
                + " with "
                + attempted.outcome()
                + " after "
                + attempted.takenMicros() / 1000
                + " ms, and only "
                + bad
                + " is not well: "
                + failure);
        return false;
      }
    }
    return goesOn;
  }
}
