package io.flywheel.simulator.world;

import java.util.SplittableRandom;

/**
 * How long something takes: usually about {@code typicalMicros}, and now and then, with the
 * probability {@code slowShare}, up to {@code slowMicros}.
 */
public record Pace(long typicalMicros, double slowShare, long slowMicros) {
  long draw(SplittableRandom random) {
    if (slowShare > 0 && random.nextDouble() < slowShare) {
      return typicalMicros + random.nextLong(slowMicros + 1);
    }
    return typicalMicros / 2 + random.nextLong(typicalMicros + 1);
  }
}
