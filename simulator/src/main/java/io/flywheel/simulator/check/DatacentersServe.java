package io.flywheel.simulator.check;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.Reach.Scope;
import io.flywheel.simulator.workload.Crowd;
import io.flywheel.simulator.workload.Crowd.Attempted;
import io.flywheel.simulator.world.Datacenters;
import java.util.SplittableRandom;

/**
 * Data centres that are far apart, and nothing else the matter. Whoever asks for a quorum of the
 * data centre that he is in is answered before a message could come to another, also while one of
 * them is cut off, on either side. Whoever asks for more waits for one way there and back, and not
 * for anything that is tried a second time.
 */
public final class DatacentersServe {
  private static final long MEETING_MICROS = 3_000_000;
  private static final long PHASE_MICROS = 6_000_000;

  /** What all else takes but the way. */
  private static final long WORK_MICROS = 20_000;

  /** There and back, with what ways vary by. */
  private static final double WAYS = 2.25;

  private final Scene scene;
  private final Crowd crowd;
  private final Datacenters datacenters;
  private final OneCopyCrosses crossings;
  private final Healing.Time time;
  private final SplittableRandom random;

  public DatacentersServe(
      Scene scene,
      Crowd crowd,
      Datacenters datacenters,
      OneCopyCrosses crossings,
      Healing.Time time,
      SplittableRandom random) {
    this.scene = scene;
    this.crowd = crowd;
    this.datacenters = datacenters;
    this.crossings = crossings;
    this.time = time;
    this.random = random;
  }

  /** First all is well, then one data centre is cut off, then it is back. */
  public void check() {
    crowd.begin();
    boolean goesOn = time.pass(MEETING_MICROS);
    crossings.watch(true);
    goesOn = goesOn && pass(true);
    crossings.watch(false);
    var machines = scene.cluster().machines();
    var unlucky = machines.get(random.nextInt(machines.size())).datacenter();
    scene.cluster().network().cutOff(unlucky);
    goesOn = goesOn && pass(false);
    scene.cluster().network().bringBack(unlucky);
    goesOn = goesOn && pass(false);
    crowd.stop();
    if (goesOn) {
      time.pass(Crowd.PATIENCE_MICROS);
    }
  }

  private boolean pass(boolean isWhole) {
    long from = scene.cluster().events().nowMicros();
    boolean goesOn = time.pass(PHASE_MICROS) && time.pass(Crowd.PATIENCE_MICROS);
    for (Attempted attempted : crowd.firstAttempts(from, from + PHASE_MICROS)) {
      boolean isLocal = reach(attempted.request()).scope() == Scope.LOCAL;
      long most = isLocal ? datacenters.wayMicros() : thereAndBackMicros();
      boolean isLate = !attempted.done() || attempted.takenMicros() > most;
      if (goesOn && isLate && (isLocal || isWhole)) {
        scene.violation(
            DatacentersServe.class,
            attempted.process()
                + " answers "
                + attempted.request()
                + " with "
                + attempted.outcome()
                + " after "
                + attempted.takenMicros() / 1000
                + " ms, and it is "
                + datacenters.wayMicros() / 1000
                + " ms to another data centre");
        return false;
      }
    }
    return goesOn;
  }

  private long thereAndBackMicros() {
    return (long) (WAYS * datacenters.wayMicros()) + WORK_MICROS;
  }

  private static Reach reach(ClientRequest request) {
    return switch (request) {
      case ClientRequest.Put put -> put.reach();
      case ClientRequest.Get get -> get.reach();
      case ClientRequest.Explain _, ClientRequest.Repair _ -> Reach.ANYWHERE;
    };
  }
}
