package io.flywheel.server.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.runtime.Lane;
import io.flywheel.server.runtime.RequestPort;
import io.flywheel.server.runtime.ResponseHandler;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Connections that hold memory and do not go on. */
final class StalledConnectionTest {
  private static final int MOST_BYTES = 1 << 20;
  private static final long SOON = TimeUnit.SECONDS.toNanos(9);
  private static final long LATE = TimeUnit.SECONDS.toNanos(30);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final DirectConnection connection =
      new DirectConnection(channel, new Operations(new NoLane(), new NoRecorder()), MOST_BYTES);

  private void begin() {
    channel.pipeline().addLast(connection);
    channel.writeInbound(Unpooled.wrappedBuffer(DirectPort.PREFACE));
  }

  @Test
  void whoIsIdleMayBe() {
    begin();
    connection.sweep(System.nanoTime() + LATE);
    assertTrue(channel.isOpen());
  }

  @Test
  void aMessageThatDoesNotComeEndsTheConnection() {
    begin();
    channel.writeInbound(Unpooled.buffer().writeInt(1_000).writeByte(8));
    connection.sweep(System.nanoTime() + SOON);
    assertTrue(channel.isOpen());
    channel.writeInbound(Unpooled.buffer().writeByte(1));
    connection.sweep(System.nanoTime() + LATE);
    assertFalse(channel.isOpen());
  }

  @Test
  void soDoesOneThatIsOnlyThrownAway() {
    begin();
    channel.writeInbound(Unpooled.buffer().writeInt(MOST_BYTES + 1).writeZero(20));
    channel.runPendingTasks();
    connection.sweep(System.nanoTime() + LATE * 10);
    assertFalse(channel.isOpen());
  }

  @Test
  void answersThatNobodyReadsEndIt() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(0, 1));
    begin();
    var _ = channel.write(Unpooled.wrappedBuffer(new byte[10]));
    channel.runPendingTasks();
    assertFalse(channel.isWritable());
    connection.sweep(System.nanoTime() + SOON);
    assertTrue(channel.isOpen());
    connection.sweep(System.nanoTime() + LATE);
    assertFalse(channel.isOpen());
  }

  private static final class NoLane implements Lane {
    @Override
    public EventLoop eventLoop() {
      throw new AssertionError("nothing is begun");
    }

    @Override
    public RecordSettings records() {
      throw new AssertionError("nothing is begun");
    }

    @Override
    public void submit(ClientRequest request, ResponseHandler handler) {
      throw new AssertionError("nothing is begun");
    }

    @Override
    public <T> void ask(Function<RequestPort, T> question, Consumer<T> answer) {
      throw new AssertionError("nothing is begun");
    }
  }

  private static final class NoRecorder implements RequestRecorder {
    @Override
    public void record(Operation operation, Ending ending, long nanos) {
      throw new AssertionError("nothing is begun");
    }

    @Override
    public void values(int count) {
      throw new AssertionError("nothing is begun");
    }
  }
}
