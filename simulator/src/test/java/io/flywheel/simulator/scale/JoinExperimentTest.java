package io.flywheel.simulator.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A small one of the joins that docs/scale.md has for 1,000 nodes. */
class JoinExperimentTest {
  @Test
  void aJoinTakesSecondsWhereThereIsLittleToCopy() {
    var figures = JoinExperiment.run(10, 4711);
    assertEquals(figures.partitions() * 3 / 11, figures.gained(), figures.toText());
    assertTrue(figures.joiningMillis() <= figures.readyMillis(), figures.toText());
    assertTrue(figures.readyMillis() <= figures.doneMillis(), figures.toText());
    assertTrue(figures.doneMillis() <= 10_000, figures.toText());
    assertTrue(figures.bytesPerNode() <= 200_000, figures.toText());
  }
}
