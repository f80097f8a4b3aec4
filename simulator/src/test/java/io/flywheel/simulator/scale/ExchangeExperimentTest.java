package io.flywheel.simulator.scale;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small one of the experiments that docs/performance.md has for a million keys. */
class ExchangeExperimentTest {
  @ParameterizedTest
  @ValueSource(ints = {8, 512})
  void aFewDifferencesCostLittleHoweverManyKeysThereAre(int partitions) {
    var figures = ExchangeExperiment.run(20_000, partitions, 100, 4711);
    assertTrue(figures.bytes() <= 200_000, figures.toText());
    assertTrue(figures.millis() <= 30_000, figures.toText());
  }
}
