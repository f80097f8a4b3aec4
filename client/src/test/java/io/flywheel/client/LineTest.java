package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LineTest {
  private static final long MILLI = 1_000_000;
  private static final long PATIENCE = 60 * MILLI;

  private final Line line = new Line();

  private static final class Waiting implements Question {
    private final long sinceNanos;
    private boolean withdrawn;

    Waiting(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }

    @Override
    public @Nullable StreamRequest leave(NodeStream by, long number) {
      throw new AssertionError("a line sends nothing");
    }

    @Override
    public boolean isWithdrawn() {
      return withdrawn;
    }

    @Override
    public boolean isLate(long nowNanos) {
      return nowNanos - sinceNanos > PATIENCE;
    }

    @Override
    public void crowdedOut() {
      throw new AssertionError("a line tells nobody");
    }

    @Override
    public void answered(StreamResponse response) {
      throw new AssertionError("a line answers nothing");
    }

    @Override
    public void lost(String why) {
      throw new AssertionError("a line loses nothing");
    }
  }

  private Waiting add(long atMillis) {
    var question = new Waiting(atMillis * MILLI);
    line.add(question, atMillis * MILLI);
    return question;
  }

  @Test
  void inABurstEverybodyMayWait() {
    var first = add(1_000);
    var second = add(1_020);
    assertEquals(List.of(), line.shorten(1_090 * MILLI));
    assertSame(first, line.poll());
    assertSame(second, line.poll());
    assertTrue(line.isEmpty());
    var later = add(1_110);
    assertEquals(List.of(), line.shorten(1_200 * MILLI), "it was empty in between");
    assertSame(later, line.poll());
  }

  @Test
  void whereTheLineStandsWhoIsLateGivesUp() {
    var first = add(1_000);
    var second = add(1_030);
    var third = add(1_100);
    assertEquals(List.of(first, second), line.shorten(1_101 * MILLI));
    assertSame(third, line.poll());
  }

  @Test
  void aQuestionForTheRingHoldsNobodyUp() {
    var ring = new RingQuestion(0, topology -> {}, () -> {});
    line.add(ring, 1_000 * MILLI);
    var late = add(1_030);
    add(1_100);
    assertEquals(List.of(ring, late), line.shorten(1_101 * MILLI));
  }

  @Test
  void aLineStandsOnlySinceSomebodyTakesFromIt() {
    add(1_000);
    line.opens(1_500 * MILLI);
    assertEquals(List.of(), line.shorten(1_590 * MILLI));
    assertEquals(1, line.shorten(1_601 * MILLI).size());
  }

  @Test
  void whatNobodyWantsIsForgotten() {
    add(1_000).withdrawn = true;
    var wanted = add(1_010);
    assertEquals(List.of(), line.shorten(1_020 * MILLI));
    assertEquals(List.of(wanted), line.takeAll());
    assertTrue(line.isEmpty());
  }
}
