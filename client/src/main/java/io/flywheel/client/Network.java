package io.flywheel.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Connects a client with nodes. All connections share one thread, or a few where there are many
 * processors: waking a thread costs more than what it then does for a request, so it had better
 * find work for several connections at once.
 */
final class Network implements Function<NodeAddress, ManagedChannel>, AutoCloseable {
  private static final int PROCESSORS_PER_THREAD = 4;

  /** All siblings of a key, and what is around them. */
  private static final int LARGEST_ANSWER_BYTES = 64 << 20;

  private static final long PING_SECONDS = 15;
  private static final long PING_PATIENCE_SECONDS = 5;
  private static final long CLOSE_SECONDS = 2;

  /** It tells at every start whether it found epoll. Held, or its level would be forgotten. */
  private static final Logger CHATTY =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.TcpMetrics");

  static {
    CHATTY.setLevel(Level.WARNING);
  }

  private final EventLoopGroup threads;
  private final Class<? extends Channel> sockets;

  private Network(EventLoopGroup threads, Class<? extends Channel> sockets) {
    this.threads = threads;
    this.sockets = sockets;
  }

  static Network open() {
    int most = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_THREAD);
    ThreadFactory daemons = new DefaultThreadFactory("flywheel-client-network", true);
    return Epoll.isAvailable()
        ? new Network(new EpollEventLoopGroup(most, daemons), EpollSocketChannel.class)
        : new Network(new NioEventLoopGroup(most, daemons), NioSocketChannel.class);
  }

  @Override
  public ManagedChannel apply(NodeAddress address) {
    return NettyChannelBuilder.forAddress(address.host(), address.port())
        .eventLoopGroup(threads)
        .channelType(sockets)
        .usePlaintext()
        .directExecutor()
        .disableRetry() // Retries are ours: they know of other nodes, and of request ids.
        .maxInboundMessageSize(LARGEST_ANSWER_BYTES)
        .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(PING_PATIENCE_SECONDS, TimeUnit.SECONDS)
        .build();
  }

  /** After the channels: lets the threads end once these have. */
  @Override
  public void close() {
    var unused = threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
