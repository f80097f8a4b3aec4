package io.flywheel.simulator.check;

/** Once healed every change of the ring comes to an end, one way or the other. */
final class RingsComeToRest {
  private final Scene scene;

  RingsComeToRest(Scene scene) {
    this.scene = scene;
  }

  void unfinished(String obstacle) {
    if (!scene.findings().any()) {
      scene.violation(RingsComeToRest.class, obstacle);
    }
  }
}
