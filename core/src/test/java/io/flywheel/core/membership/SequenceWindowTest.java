package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequenceWindowTest {
  @Test
  void agreesWithASetOfAllNumbersWithinTheWindow() {
    for (long seed = 0; seed < 50; seed++) {
      var random = new SplittableRandom(seed);
      var window = new SequenceWindow();
      var taken = new HashSet<Long>();
      long newest = 1;
      for (int i = 0; i < 5_000; i++) {
        newest += random.nextInt(20) == 0 ? random.nextInt(6_000) : random.nextInt(3);
        long sequence = Math.max(1, newest - random.nextInt(2_000));
        assertEquals(taken.add(sequence), window.take(sequence), "seed " + seed);
      }
    }
  }

  @Test
  void whatIsOlderThanTheWindowCountsAsTaken() {
    var window = new SequenceWindow();
    assertTrue(window.take(10_000));
    assertFalse(window.take(10_000 - SequenceWindow.SIZE));
    assertTrue(window.take(10_001 - SequenceWindow.SIZE));
    assertFalse(window.take(0));
    assertFalse(window.take(-1));
  }
}
