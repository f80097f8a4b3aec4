package io.flywheel.simulator.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The promises of the membership in figures; docs/membership.md has them for 1,000 nodes, too. */
class GossipExperimentTest {
  @ParameterizedTest
  @CsvSource({"10,1,0.05", "10,1,0.2", "100,1,0.05", "100,1,0.2", "100,3,0.05"})
  void newsIsFastCheapAndTrue(int nodes, int datacenters, double lossShare) {
    var figures = GossipExperiment.run(nodes, datacenters, lossShare, 6, 60_000, 4711);
    double most = figures.mostRounds();
    assertTrue(figures.urgentRounds().worst() <= most, figures.toText());
    assertTrue(figures.eraRounds().worst() <= most, figures.toText());
    assertTrue(figures.bytesPerNodeAndSecond() <= 1_536, figures.toText());
    assertTrue(figures.largestMessageBytes() <= 1_400, figures.toText());
    assertTrue(figures.downMillis() <= 45_000, figures.toText());
    assertEquals(0, figures.falseAccusations(), figures.toText());
  }
}
