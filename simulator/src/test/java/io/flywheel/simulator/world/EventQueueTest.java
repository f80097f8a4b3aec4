package io.flywheel.simulator.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventQueueTest {
  private final EventQueue events = new EventQueue();
  private final List<String> happened = new ArrayList<>();

  @Test
  void eventsHappenByTimeAndThenInTheOrderOfAsking() {
    events.at(20, () -> happened.add("third"));
    events.at(10, () -> happened.add("first"));
    events.at(10, () -> happened.add("second"));
    passUntil(100);
    assertEquals(List.of("first", "second", "third"), happened);
    assertEquals(100, events.nowMicros());
  }

  @Test
  void anEventMayAskForAnother() {
    events.after(
        10,
        () -> {
          happened.add("one at " + events.nowMicros());
          events.after(5, () -> happened.add("two at " + events.nowMicros()));
        });
    passUntil(100);
    assertEquals(List.of("one at 10", "two at 15"), happened);
  }

  @Test
  void whatIsLaterThanTheEndDoesNotHappen() {
    events.at(101, () -> happened.add("late"));
    passUntil(100);
    assertEquals(List.of(), happened);
    assertFalse(events.step(100));
  }

  @Test
  void aTraceTellsRunsApart() {
    assertEquals(hash(1, 2), hash(1, 2));
    assertNotEquals(hash(1, 2), hash(2, 1));
  }

  private static String hash(long... subjects) {
    var trace = new Trace(new EventQueue(), null);
    for (long subject : subjects) {
      trace.add(Trace.Kind.FAULT, subject, 0);
    }
    return trace.hash();
  }

  private void passUntil(long micros) {
    while (events.step(micros)) {
      assertFalse(events.nowMicros() > micros);
    }
  }
}
