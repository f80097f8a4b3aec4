package io.flywheel.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WakeTimerTest {
  private int rings;
  private final MockTicker time = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(time).build();
  private final WakeTimer timer = new WakeTimer(channel.eventLoop(), () -> rings++);

  @AfterEach
  void close() {
    var _ = channel.close();
  }

  @Test
  void ringsALittleAfterWhatIsDueSoThatTheNextIsDueAsWell() {
    timer.in(10);
    pass(10);
    assertEquals(0, rings);
    pass(3);
    assertEquals(1, rings);
    pass(1_000);
    assertEquals(1, rings);
  }

  @Test
  void isSetAnewOnlyForSomethingEarlier() {
    timer.in(100);
    timer.in(500);
    timer.in(10);
    pass(13);
    assertEquals(1, rings);
    pass(1_000);
    assertEquals(1, rings);
  }

  @Test
  void neverRingsOnceItIsCancelled() {
    timer.in(10);
    timer.cancel();
    pass(1_000);
    assertEquals(0, rings);
  }

  private void pass(long millis) {
    time.advance(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }
}
