package io.flywheel.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is too large to be answered now is refused before it is written down. */
final class LargeAnswersTest {
  private static final Key KEY = Key.of("default", "k");
  private static final int VALUE_BYTES = 100_000;

  private final List<Long> asked = new ArrayList<>();
  private @Nullable Ending ending;

  @Test
  void itIsAskedForAsMuchAsItMayBecome() {
    for (byte each : new byte[] {'x', 0, '"', (byte) 0x80}) {
      for (int count = 1; count <= 3; count++) {
        asked.clear();
        var answer = answer(values(each, count), null, VALUE_BYTES * 100L, Integer.MAX_VALUE);
        assertEquals(count == 1 ? 200 : 300, answer.status());
        assertEquals(1, asked.size());
        assertTrue(answer.body().readableBytes() <= asked.getFirst(), each + ": " + asked);
        answer.body().release();
      }
    }
  }

  @Test
  void whatHasNoPlaceIsRefused() {
    assertRefused(answer(values((byte) 'x', 1), null, VALUE_BYTES - 1, Integer.MAX_VALUE));
    var raw = "application/octet-stream";
    assertRefused(answer(values((byte) 'x', 1), raw, VALUE_BYTES - 1, Integer.MAX_VALUE));
    assertRefused(answer(values((byte) 'x', 3), null, 2 * VALUE_BYTES, Integer.MAX_VALUE));
  }

  /** Others may have taken what was there a moment ago. */
  @Test
  void whatFindsNoMemoryIsRefused() {
    assertRefused(answer(values((byte) 'x', 1), null, VALUE_BYTES * 100L, VALUE_BYTES - 1));
  }

  private void assertRefused(Answer answer) {
    assertEquals(503, answer.status());
    assertTrue(answer.retryLater());
    assertTrue(answer.body().toString(UTF_8).contains("downloaded"));
    assertEquals(Ending.NOT_DONE, ending);
    answer.body().release();
  }

  private static List<Sibling> values(byte each, int count) {
    var values = new ArrayList<Sibling>();
    for (int i = 1; i <= count; i++) {
      byte[] value = new byte[VALUE_BYTES];
      Arrays.fill(value, each);
      var dot = new Dot(new Actor(7, 1), i);
      values.add(Sibling.value(dot, Bytes.wrap(value), "application/octet-stream", 0));
    }
    return values;
  }

  /**
   * @param affordable what the server would send
   * @param allocatable what there is memory for
   */
  private Answer answer(
      List<Sibling> values, @Nullable String accept, long affordable, int allocatable) {
    var found = new Outcome.Found(values, Context.EMPTY, new Receipt(3, 2, 0, 1, 1, true, 0));
    var answers = new OutcomeAnswers(Operation.GET, accept, new NoRecorder());
    var answer =
        answers.answer(
            new Effect.Respond(1, KEY, found, () -> "context"),
            new Reply() {
              @Override
              public ByteBufAllocator allocator() {
                return new SmallMemory(allocatable);
              }

              @Override
              public boolean affords(long bytes) {
                asked.add(bytes);
                return bytes <= affordable;
              }

              @Override
              public void send(Answer sent) {}
            });
    ending = answers.ending();
    return answer;
  }

  private static final class NoRecorder implements RequestRecorder {
    @Override
    public void record(Operation operation, Ending ending, long nanos) {}

    @Override
    public void values(int count) {}
  }

  private static final class SmallMemory extends AbstractByteBufAllocator {
    private final int most;

    private SmallMemory(int most) {
      this.most = most;
    }

    @Override
    protected ByteBuf newHeapBuffer(int bytes, int maxBytes) {
      if (bytes > most) {
        throw new OutOfMemoryError("for the test");
      }
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(bytes, maxBytes);
    }

    @Override
    protected ByteBuf newDirectBuffer(int bytes, int maxBytes) {
      return newHeapBuffer(bytes, maxBytes);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
