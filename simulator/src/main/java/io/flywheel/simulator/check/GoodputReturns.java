package io.flywheel.simulator.check;

import io.flywheel.simulator.workload.Crowd;
import io.flywheel.simulator.workload.Pulse;
import java.util.Locale;

/**
 * An overload ends with its cause: within a minute after ten times the load has gone, as many
 * requests are done in time as before. A store in which work on what nobody waits for any more
 * begets more such work stays down (Huang et al., 'Metastable Failures in the Wild', 2022).
 */
public final class GoodputReturns {
  private static final long RETURN_MICROS = 60_000_000;
  private static final long WINDOW_MICROS = 3_000_000;
  private static final long LOOK_MICROS = 500_000;
  private static final long PAUSE_MICROS = 2_000_000;
  private static final double SHARE = 0.9;

  private final Scene scene;
  private final Crowd crowd;
  private final Pulse pulse;
  private final Healing.Time time;
  private final BackgroundYields background;

  public GoodputReturns(
      Scene scene, Crowd crowd, Pulse pulse, BackgroundYields background, Healing.Time time) {
    this.scene = scene;
    this.crowd = crowd;
    this.pulse = pulse;
    this.background = background;
    this.time = time;
  }

  /** The whole of it: before, the pulse, and after. */
  public void check() {
    scene.cluster().machines().forEach(machine -> machine.slowProcessor(pulse.inputMicros()));
    crowd.begin();
    var absent = scene.cluster().machines().getFirst();
    if (pulse.absence()) {
      scene.cluster().crash(absent, false, "it is away");
    }
    if (!time.pass(pulse.quietMicros())) {
      return;
    }
    double before = goodput();
    crowd.surge(true);
    background.watch();
    scene.cluster().start(absent);
    boolean on = time.pass(pulse.pulseMicros());
    crowd.surge(false);
    if (on && !returns(SHARE * before) && !scene.findings().any()) {
      scene.violation(
          GoodputReturns.class,
          String.format(
              Locale.ROOT,
              "a minute after the load has gone %.0f%% of the requests are done in time, before"
                  + " it was %.0f%%",
              100 * goodput(),
              100 * before));
    }
    crowd.stop();
    scene.cluster().machines().forEach(machine -> machine.usualProcessor());
    time.pass(PAUSE_MICROS);
  }

  private boolean returns(double wanted) {
    long end = now() + RETURN_MICROS;
    time.pass(WINDOW_MICROS + Crowd.PATIENCE_MICROS);
    while (goodput() < wanted) {
      if (now() >= end || !time.pass(LOOK_MICROS)) {
        return false;
      }
    }
    return true;
  }

  /** Of the last requests of which it is known what became of them. */
  private double goodput() {
    long end = now() - Crowd.PATIENCE_MICROS;
    return crowd.goodput(end - WINDOW_MICROS, end);
  }

  private long now() {
    return scene.cluster().events().nowMicros();
  }
}
