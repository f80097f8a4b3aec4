package io.flywheel.simulator.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every known bug is found, by its pinned seed, when it is brought back. */
final class MutantsTest {
  private static final int REACH = 1_000;

  private static final List<Integer> TRAPS =
      List.of(
          1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
          26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
          48, 49, 50, 51, 53, 54, 55, 56, 57, 58, 59, 60);

  static Stream<Mutant> mutants() {
    return Mutants.all().stream();
  }

  /** Any change of core or simulator shuffles what seeds do, so the next few seeds may find it. */
  @ParameterizedTest
  @MethodSource("mutants")
  void itsPinnedSeedFindsIt(Mutant mutant) {
    var caught = new Hunt(mutant).from(mutant.seed(), REACH);
    assertTrue(caught.caught(), "found only: " + caught.finding());
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void itsEditFitsExactlyOnce(Mutant mutant) {
    String source = Sources.read(mutant.file());
    assertTrue(!mutant.apply(source).equals(source), "the edit changes something");
  }

  @Test
  void everyTrapThatTheSimulatorCanMeetHasOne() {
    var traps = new TreeSet<Integer>();
    Mutants.all().forEach(mutant -> traps.add(Integer.parseInt(mutant.trap().split(",", 2)[0])));
    assertEquals(new TreeSet<>(TRAPS), traps);
  }
}
