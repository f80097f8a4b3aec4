package io.flywheel.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Listens for clients, on the loop that owns the node. */
public final class HttpServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Channel listener;
  private final Connections connections;

  private HttpServer(Channel listener, Connections connections) {
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Begins to listen. Called from outside the loop.
   *
   * @param routes tried in their order
   * @param http2Port where connections go whose client speaks HTTP/2
   * @param usualBodyBytes what a body may have where no endpoint says otherwise
   * @throws IOException where the address is in use or not this machine's
   */
  public static HttpServer start(
      EventLoop eventLoop,
      InetSocketAddress address,
      HttpLimits limits,
      List<Route> routes,
      Http2Port http2Port,
      int usualBodyBytes)
      throws IOException {
    var connections = new Connections(eventLoop, limits);
    var router = new Router(routes, usualBodyBytes);
    var bound =
        new ServerBootstrap()
            .group(eventLoop, eventLoop)
            .channel(listenerType(eventLoop))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    open(channel, connections, router, http2Port);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen for clients on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    connections.start();
    return new HttpServer(bound.channel(), connections);
  }

  private static Class<? extends ServerChannel> listenerType(EventLoop eventLoop) {
    boolean epoll = eventLoop instanceof IoEventLoop loop && loop.isIoType(EpollIoHandler.class);
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  private static void open(
      Channel channel, Connections connections, Router router, Http2Port http2Port) {
    var connection = new Connection(channel, connections, router);
    if (!connections.admit(connection)) {
      channel
          .writeAndFlush(Unpooled.wrappedBuffer(AnswerHead.TOO_MANY_CONNECTIONS))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    channel
        .pipeline()
        .addLast(
            new ProtocolChooser(connection, http2Port),
            new RequestDecoder(connection, connections.limits()),
            connection);
  }

  /** Where it really listens, for who asked for any free port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** How many clients are connected. On the loop's thread. */
  public int connectionCount() {
    return connections.count();
  }

  /** Stops to listen, ends idle connections now and the others once they are answered. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    listener.eventLoop().execute(connections::retire);
  }
}
