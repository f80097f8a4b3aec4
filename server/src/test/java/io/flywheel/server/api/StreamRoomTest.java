package io.flywheel.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class StreamRoomTest {
  private final StreamRoom room = new StreamRoom();

  @Test
  void soManyAreTakenUntilAnswersTellMore() {
    assertEquals(StreamRoom.LEAST, room.more());
    assertEquals(0, room.more());
    room.came();
    assertEquals(0, room.more(), "it is not answered");
    room.answered(100);
    assertTrue(room.more() > 0);
  }

  @Test
  void whereAnswersAreSmallThereIsRoomForMany() {
    assertEquals(StreamRoom.MOST, takenWithSmallAnswers());
  }

  @Test
  void aLargeAnswerCountsAtOnce() {
    takenWithSmallAnswers();
    for (int i = 0; i < StreamRoom.MOST; i++) {
      room.came();
    }
    room.answered(1 << 20);
    for (int left = StreamRoom.MOST - 1; left > StreamRoom.LEAST; left--) {
      assertEquals(0, room.more());
      room.answered(1 << 20);
    }
    assertEquals(0, room.more());
    room.answered(1 << 20);
    assertTrue(room.more() > 0);
  }

  private int takenWithSmallAnswers() {
    int taken = room.more();
    for (int i = 0; i < 1_000; i++) {
      room.came();
      room.answered(100);
      taken += room.more() - 1;
    }
    return taken;
  }
}
