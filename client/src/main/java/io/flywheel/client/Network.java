package io.flywheel.client;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.WriteBufferWaterMark;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollChannelOption;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Connects a client with nodes. All connections share one thread, or a few where there are many
 * processors: waking a thread costs more than what it then does for a request, so it had better
 * find work for several connections at once.
 *
 * <p>Netty is the one that grpc-java carries under another name, so that it never meets the Netty
 * of its user.
 */
final class Network implements AutoCloseable {
  private static final int PROCESSORS_PER_THREAD = 4;
  private static final int CONNECT_MILLIS = 5_000;
  private static final long CLOSE_SECONDS = 2;

  private final EventLoopGroup threads;
  private final Bootstrap bootstrap;

  private Network(EventLoopGroup threads, Class<? extends Channel> sockets) {
    this.threads = threads;
    this.bootstrap =
        new Bootstrap()
            .group(threads)
            .channel(sockets)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(NodeStream.AHEAD_BYTES / 2, NodeStream.AHEAD_BYTES));
  }

  static Network open() {
    int most = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_THREAD);
    ThreadFactory daemons = new DefaultThreadFactory("flywheel-client-network", true);
    if (!Epoll.isAvailable()) {
      return new Network(new NioEventLoopGroup(most, daemons), NioSocketChannel.class);
    }
    var network = new Network(new EpollEventLoopGroup(most, daemons), EpollSocketChannel.class);
    // What the kernel cannot send yet is to wait in Node, where it can still be forgotten.
    network.bootstrap.option(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) NodeStream.AHEAD_BYTES);
    return network;
  }

  /**
   * Connects the stream, which is told when that is done, or cannot be. Does not wait: a name is
   * looked up by another thread, as that may take a while.
   */
  void connect(NodeAddress address, NodeStream stream) {
    if (address.isNumeric()) {
      lookUp(address, stream);
    } else {
      var unused = CompletableFuture.runAsync(() -> lookUp(address, stream));
    }
  }

  private void lookUp(NodeAddress address, NodeStream stream) {
    try {
      connect(List.of(InetAddress.getAllByName(address.host())), address.port(), stream);
    } catch (UnknownHostException e) {
      stream.cannotConnect();
    }
  }

  /** With the first of these that can be reached. */
  private void connect(List<InetAddress> hosts, int port, NodeStream stream) {
    var unused =
        bootstrap
            .clone()
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new InetSocketAddress(hosts.get(0), port))
            .addListener(
                (ChannelFuture done) -> {
                  if (done.isSuccess()) {
                    done.channel().pipeline().addLast(stream);
                  } else if (hosts.size() > 1) {
                    connect(hosts.subList(1, hosts.size()), port, stream);
                  } else {
                    stream.cannotConnect();
                  }
                });
  }

  /** After the connections: lets the threads end once these have. */
  @Override
  public void close() {
    var unused = threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
