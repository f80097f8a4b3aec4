package io.flywheel.simulator.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The promises of placement in figures; docs/scale.md has them for 1,000 nodes, too. */
class RingExperimentTest {
  @ParameterizedTest
  @CsvSource({"10,1", "10,5", "100,1", "100,5"})
  void ringsAreEvenAndChangesMoveLittle(int nodes, int racks) {
    var figures = RingExperiment.run(nodes, racks);
    assertTrue(figures.share() <= 1.05, figures.toText());
    assertTrue(figures.leads() <= 1.05, figures.toText());
    assertTrue(figures.shareAfter() <= 1.05, figures.toText());
    assertTrue(figures.join() <= 1.10, figures.toText());
    assertEquals(1, figures.replace(), 1e-9, figures.toText());
    assertTrue(racks > 1 || figures.leave() <= 1.10, figures.toText());
    assertTrue(figures.givers() >= nodes / 2, figures.toText());
  }

  @Test
  void theChartDependsOnNothingButTheRings() {
    var one = figures(10, 40);
    var other = figures(10, 4_000);
    String chart = RingChart.draw(List.of(one, figures(1_000, 7)));
    assertEquals(chart, RingChart.draw(List.of(other, figures(1_000, 8))));
    assertTrue(chart.startsWith("<svg "), chart);
    assertTrue(chart.endsWith("</svg>\n"), chart);
    assertFalse(chart.contains("NaN"), chart);
  }

  private static RingFigures figures(int nodes, long millis) {
    return new RingFigures(
        nodes, 1, 4_096, 1.01, 1.02, 1.03, 1.2, 1, 1.04, 9, 24_576, millis, millis);
  }
}
