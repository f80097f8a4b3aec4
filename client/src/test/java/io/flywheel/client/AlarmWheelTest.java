package io.flywheel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AlarmWheelTest {
  private static final long TICK = 10;

  private final AlarmWheel wheel = new AlarmWheel(0, TICK, 8);
  private final List<String> rung = new ArrayList<>();

  private void set(String name, long at) {
    wheel.set(at, () -> rung.add(name));
  }

  private List<String> advance(long now) {
    rung.clear();
    wheel.advance(now).forEach(Runnable::run);
    return List.copyOf(rung);
  }

  @Test
  void alarmsRingUpToATickLateAndNeverEarly() {
    set("a", 15);
    set("b", 20);
    set("now", 0);
    assertEquals(List.of("now"), advance(19));
    assertEquals(List.of("a", "b"), advance(20));
    assertTrue(wheel.isEmpty());
  }

  @Test
  void anAlarmMayBeSeveralTurnsAway() {
    set("far", 8 * TICK * 3);
    set("near", 8 * TICK);
    assertEquals(List.of("near"), advance(8 * TICK));
    assertEquals(List.of(), advance(8 * TICK * 3 - 1));
    assertEquals(List.of("far"), advance(8 * TICK * 3));
  }

  @Test
  void aLongPauseLosesNothing() {
    set("a", 15);
    set("b", 500);
    assertEquals(List.of("a", "b"), advance(100_000).stream().sorted().toList());
    set("c", 100_001);
    assertEquals(List.of("c"), advance(100_010));
  }

  @Test
  void whatIsCancelledDoesNotRingAndIsDropped() {
    var alarm = wheel.set(30, () -> rung.add("never"));
    assertFalse(wheel.isEmpty());
    alarm.cancel();
    assertEquals(List.of(), advance(100));
    assertTrue(wheel.isEmpty());
  }

  @Test
  void eachRingsOnceAtItsTime() {
    var random = new SplittableRandom(7);
    List<Long> late = new ArrayList<>();
    long[] now = {0};
    int set = 0;
    while (now[0] < 100_000) {
      for (int i = random.nextInt(4); i > 0; i--) {
        long at = now[0] + random.nextLong(500);
        wheel.set(at, () -> late.add(now[0] - at));
        set++;
      }
      now[0] += random.nextLong(TICK);
      wheel.advance(now[0]).forEach(Runnable::run);
    }
    now[0] += 1_000;
    var last = wheel.advance(now[0]);
    assertEquals(set, late.size() + last.size());
    assertTrue(late.stream().allMatch(nanos -> nanos >= 0 && nanos < 3 * TICK), late::toString);
  }
}
