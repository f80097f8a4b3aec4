package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CircuitTest {
  private static final long REST = Circuit.FIRST_REST_NANOS;

  private final Circuit circuit = new Circuit();

  private void open(long now) {
    for (int i = 0; i < Circuit.FAILURES_IN_A_ROW; i++) {
      assertTrue(circuit.allows(now));
      circuit.failed(now);
    }
  }

  @Test
  void threeFailuresInARowOpenIt() {
    circuit.failed(0);
    circuit.failed(0);
    circuit.answered();
    circuit.failed(0);
    circuit.failed(0);
    assertTrue(circuit.allows(0));
    circuit.failed(0);
    assertFalse(circuit.allows(REST - 1));
  }

  @Test
  void aRestEndsWithOneTrial() {
    open(0);
    assertTrue(circuit.allows(REST));
    assertFalse(circuit.allows(REST), "one is enough");
    circuit.answered();
    assertTrue(circuit.allows(REST));
    assertTrue(circuit.isClosed());
  }

  @Test
  void eachTrialThatFailsDoublesTheRestUpToFiveSeconds() {
    long now = 0;
    open(now);
    long rest = REST;
    for (int i = 0; i < 10; i++) {
      assertFalse(circuit.allows(now + rest - 1));
      now += rest;
      assertTrue(circuit.allows(now));
      circuit.failed(now);
      rest = Math.min(2 * rest, Circuit.LONGEST_REST_NANOS);
    }
    assertFalse(circuit.allows(now + Circuit.LONGEST_REST_NANOS - 1));
    assertTrue(circuit.allows(now + Circuit.LONGEST_REST_NANOS));
  }

  @Test
  void failuresOfRequestsThatWereUnderWaySayNothingNew() {
    open(0);
    for (int i = 0; i < 100; i++) {
      circuit.failed(i);
    }
    assertTrue(circuit.allows(REST));
  }

  @Test
  void aTrialThatIsNeverHeardOfDoesNotEndTrials() {
    open(0);
    assertTrue(circuit.allows(REST));
    assertTrue(circuit.allows(2 * REST));
  }
}
