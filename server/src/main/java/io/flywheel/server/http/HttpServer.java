package io.flywheel.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Listens for clients, and deals their connections to the lanes that serve them. */
public final class HttpServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Channel listener;
  private final List<Connections> connections;
  private final Budget places;

  private HttpServer(Channel listener, List<Connections> connections, Budget places) {
    this.listener = listener;
    this.connections = connections;
    this.places = places;
  }

  /**
   * What the connections on one loop are served by.
   *
   * @param routes tried in their order
   * @param others where connections go whose client speaks another protocol
   */
  public record Service(EventLoop eventLoop, List<Route> routes, List<ProtocolPort> others) {}

  /**
   * Begins to listen. Called from outside the loops.
   *
   * @param loops deals connections to the loops, for each of which there is a service
   * @param usualBodyBytes what a body may have where no endpoint says otherwise
   * @throws IOException where the address is in use or not this machine's
   */
  public static HttpServer start(
      EventLoopGroup loops,
      List<Service> services,
      InetSocketAddress address,
      HttpLimits limits,
      int usualBodyBytes)
      throws IOException {
    var places = new Budget(limits.connections());
    var memory = new Budget(limits.bufferedBytes());
    var openers = new IdentityHashMap<EventLoop, Consumer<Channel>>();
    var connections = new ArrayList<Connections>();
    for (Service service : services) {
      var here = new Connections(service.eventLoop(), limits, places, memory);
      var router = new Router(service.routes(), usualBodyBytes);
      connections.add(here);
      openers.put(service.eventLoop(), channel -> open(channel, here, router, service.others()));
    }
    EventLoop accepting = services.getFirst().eventLoop();
    var bound =
        new ServerBootstrap()
            .group(accepting, loops)
            .channel(listenerType(accepting))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Objects.requireNonNull(openers.get(channel.eventLoop())).accept(channel);
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
    connections.forEach(Connections::start);
    return new HttpServer(bound.channel(), List.copyOf(connections), places);
  }

  private static Class<? extends ServerChannel> listenerType(EventLoop eventLoop) {
    boolean epoll = eventLoop instanceof IoEventLoop loop && loop.isIoType(EpollIoHandler.class);
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  private static void open(
      Channel channel, Connections connections, Router router, List<ProtocolPort> others) {
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
            new ProtocolChooser(connection, others),
            new RequestDecoder(connection, connections.limits()),
            connection);
  }

  /** Where it really listens, for who asked for any free port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** How many clients are connected. On any thread. */
  public long connectionCount() {
    return places.taken();
  }

  /** Stops to listen, ends idle connections now and the others once they are answered. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.forEach(Connections::retire);
  }
}
