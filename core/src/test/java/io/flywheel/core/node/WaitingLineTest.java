package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.model.Now;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WaitingLineTest {
  private static final NotDone OVERLOADED = new NotDone(Obstacle.OVERLOADED, "");

  private final Schedule schedule = new Schedule(new Now(0, 0));
  private final WaitingLine line = new WaitingLine(schedule);
  private final List<WaitingLine.Begun> requests = new ArrayList<>();
  private final List<String> begun = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();

  @Test
  void requestsAreBegunInTheOrderOfTheirComing() {
    comes("a", 1_000);
    comes("b", 1_000);
    line.beginNext();
    assertEquals(List.of("a"), begun);
    line.beginNext();
    line.beginNext();
    assertEquals(List.of("a", "b"), begun);
    assertFalse(line.mayBegin());
  }

  @Test
  void aBurstMayWaitForAThirdOfItsTime() {
    comes("short", 60);
    comes("long", 600);
    at(50);
    line.beginNext();
    assertEquals(List.of("short"), refused);
    assertEquals(List.of("long"), begun);
  }

  @Test
  void aLineThatNeverEmptiesIsASixthOfTheTimeLong() {
    for (int millis = 0; millis < 200; millis += 10) {
      at(millis);
      comes("request of " + millis, 120);
      if (millis % 20 == 0 && millis > 0) {
        line.beginNext();
      }
    }
    assertTrue(line.stands());
    line.refuseLate();
    line.beginNext();
    assertEquals("request of 170", begun.getLast(), "20 ms ago, at 190");
    assertFalse(refused.isEmpty());
    line.beginNext();
    line.beginNext();
    assertFalse(line.mayBegin());
    assertFalse(line.stands());
    at(400);
    comes("later", 1_000);
    assertFalse(line.stands(), "it was empty a moment ago");
  }

  /** The line may empty then now and again, and is kept as short for a while. */
  @Test
  void whereManyAreRefusedAnywayTheyAreRefusedSooner() {
    for (int millis = 0; millis < 3_000; millis += 10) {
      at(millis);
      comes("request of " + millis, 640);
      comes("another of " + millis, 640);
      line.beginNext();
    }
    assertEquals("request of 2990", begun.getLast());
    assertEquals("another of 2980", refused.getLast(), "it had waited for 10 ms");
    beginAll();
    comes("too late", 640);
    assertTrue(line.stands(), "more comes than is done");
    at(3_010);
    line.beginNext();
    assertEquals("too late", refused.getLast());
    at(5_000);
    comes("patient", 640);
    at(5_090);
    line.beginNext();
    assertEquals("patient", begun.getLast(), "a burst like any other");
  }

  @Test
  void soManyMayWaitAndNoMore() {
    for (int i = 0; i < WaitingLine.MOST_REQUESTS; i++) {
      comes("one of many", 1_000);
    }
    comes("one too many", 1_000);
    assertEquals(List.of("one too many"), refused);
    line.beginNext();
    comes("the next", 1_000);
    assertEquals(List.of("one too many"), refused);
  }

  @Test
  void soManyBytesMayWaitAndThenNobodyElse() {
    comes("large", 1_000, WaitingLine.MOST_BYTES + 1);
    comes("small", 1_000, 1);
    assertEquals(List.of("small"), refused);
    line.beginNext();
    comes("small, again", 1_000, 1);
    assertEquals(List.of("large"), begun);
    at(900);
    line.refuseLate();
    assertEquals(List.of("small", "small, again"), refused);
    comes("large, again", 1_000, WaitingLine.MOST_BYTES);
    comes("one byte more", 1_000, 1);
    assertEquals(2, refused.size(), "what was refused for being late holds nothing any more");
  }

  @Test
  void noMoreAreBegunThanThereIsMemoryForWithWhatTheyRead() {
    line.read(ReadingRoom.MOST_BYTES / 2);
    List.of("a", "b", "c", "d").forEach(name -> comes(name, 1_000));
    beginAll();
    assertEquals(List.of("a", "b"), begun);
    line.read(2 * ReadingRoom.MOST_BYTES);
    requests.getFirst().accept(OVERLOADED);
    assertFalse(line.mayBegin(), "what is larger was read meanwhile");
    requests.get(1).accept(OVERLOADED);
    beginAll();
    assertEquals(List.of("a", "b", "c"), begun, "one may always be under way");
    for (int i = 0; i < 1_000; i++) {
      line.read(1_000);
    }
    beginAll();
    assertEquals(List.of("a", "b", "c", "d"), begun);
    at(400);
    comes("e", 1_000);
    line.read(2 * ReadingRoom.MOST_BYTES);
    at(800);
    line.refuseLate();
    assertEquals("e", refused.getLast(), "who waits for room is told in time");
  }

  @Test
  void whatIsHandedOnTakesNoPlace() {
    line.read(2 * ReadingRoom.MOST_BYTES);
    List.of("a", "b", "c").forEach(name -> comes(name, 1_000));
    beginAll();
    assertEquals(List.of("a"), begun);
    requests.getFirst().handedOn();
    beginAll();
    assertEquals(List.of("a", "b"), begun);
    requests.getFirst().accept(OVERLOADED);
    beginAll();
    assertEquals(List.of("a", "b"), begun, "it had none when it was answered");
  }

  private void beginAll() {
    while (line.mayBegin()) {
      line.beginNext();
    }
  }

  private void comes(String name, long timeoutMillis) {
    comes(name, timeoutMillis, 0);
  }

  private void comes(String name, long timeoutMillis, long bytes) {
    line.add(
        timeoutMillis,
        bytes,
        request -> {
          begun.add(name);
          requests.add(request);
        },
        outcome -> {
          assertTrue(
              outcome instanceof NotDone notDone && notDone.obstacle() == Obstacle.OVERLOADED);
          refused.add(name);
        });
  }

  private void at(long millis) {
    schedule.advance(new Now(millis, millis));
  }
}
