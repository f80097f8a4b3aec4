package io.flywheel.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.server.http.ProtocolPort;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.runtime.Lane;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Direct connections: the messages of {@code KeyValue.Stream}, each after its length, without
 * HTTP/2. They cost client and node a fraction of what gRPC does, most of all while their code is
 * new to the JVM.
 */
public final class DirectPort implements ProtocolPort, AutoCloseable {
  static final byte[] PREFACE = "flywheel/1\r\n".getBytes(US_ASCII);

  /** Answers that wait for a client to read. */
  static final int MOST_AHEAD_BYTES = 512 << 10;

  private static final WriteBufferWaterMark AHEAD =
      new WriteBufferWaterMark(MOST_AHEAD_BYTES / 4, MOST_AHEAD_BYTES);

  private static final long SWEEP_SECONDS = 2;
  private static final long IDLE_MINUTES = 30;

  private final Lane lane;
  private final Operations operations;
  private final int mostBytes;
  private final Set<DirectConnection> open = new LinkedHashSet<>();
  private boolean closing;

  /** For the connections on the loop of one lane. */
  public DirectPort(Lane lane, ClusterSettings settings, RequestRecorder recorder) {
    this.lane = lane;
    this.operations = new Operations(lane, recorder);
    this.mostBytes = Requests.mostBytes(settings);
    var _ =
        lane.eventLoop()
            .scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    // A loop that is shut down while it runs its tasks may end without closing what is open on it.
    if (lane.eventLoop() instanceof SingleThreadEventExecutor loop) {
      loop.addShutdownHook(() -> new ArrayList<>(open).forEach(DirectConnection::close));
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    new ArrayList<>(open).forEach(connection -> connection.sweep(now));
  }

  @Override
  public byte[] preface() {
    return PREFACE.clone();
  }

  @Override
  public void take(Channel channel, Runnable whenTaken) {
    var connection = new DirectConnection(channel, operations, mostBytes);
    channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, AHEAD);
    channel.pipeline().addLast(new ReadTimeoutHandler(IDLE_MINUTES, TimeUnit.MINUTES), connection);
    open.add(connection);
    channel.closeFuture().addListener(_ -> open.remove(connection));
    whenTaken.run();
    if (closing) {
      connection.sayClosing();
    }
  }

  /** Lets clients send nothing more; they end their connections once they have their answers. */
  @Override
  public void close() {
    lane.eventLoop()
        .execute(
            () -> {
              closing = true;
              new ArrayList<>(open).forEach(DirectConnection::sayClosing);
            });
  }
}
