package io.flywheel.server.peer;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.NodeId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries envelopes between nodes, on the loop that owns the node. All methods are called on that
 * loop's thread. First {@link #bind} takes the port, so that the node can tell its address; {@link
 * #start} then lets peers in.
 *
 * <p>What a slow peer does not take is dropped beyond {@value #MOST_PENDING_BYTES} bytes and
 * counted: a message may always be lost, and a queue without a bound would take the node down with
 * the peer.
 */
public final class PeerTransport {
  static final int MOST_PENDING_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
  private static final int CONNECT_MILLIS = 2_000;

  /**
   * How long sent bytes may stay unacknowledged. Without a bound TCP waits longer and longer
   * between its tries, and a healed network would be found again only minutes later.
   */
  private static final int UNACKNOWLEDGED_MILLIS = 5_000;

  private static final int BACKLOG = 256;
  private static final long HANDSHAKE_MILLIS = 5_000;

  private final EventLoop loop;
  private final Sockets sockets;
  private final SplittableRandom random;
  private final long handshakeMillis;
  private final Map<PeerAddress, Dialer> dialers = new HashMap<>();
  private @Nullable Channel server;
  private @Nullable PeerConnections connections;

  public PeerTransport(EventLoop loop, Sockets sockets, SplittableRandom random) {
    this(loop, sockets, random, HANDSHAKE_MILLIS);
  }

  /**
   * As above, with another bound on the handshake.
   *
   * @param handshakeMillis how long a stranger has to say who it is
   */
  PeerTransport(EventLoop loop, Sockets sockets, SplittableRandom random, long handshakeMillis) {
    this.loop = loop;
    this.sockets = sockets;
    this.random = random;
    this.handshakeMillis = handshakeMillis;
  }

  /** Listens without letting anyone in yet. The future's channel tells the port for port 0. */
  public ChannelFuture bind(InetSocketAddress address) {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(sockets.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.AUTO_READ, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    limitSilence(channel);
                    channel
                        .pipeline()
                        .addLast(new PeerConnection(started(), channel, /* dialled= */ false));
                  }
                })
            .bind(address);
    server = bound.channel();
    return bound;
  }

  /** Lets peers in, and speaks to them as {@code local}. */
  public void start(LocalNode local, PeerListener listener) {
    connections = new PeerConnections(local, listener, handshakeMillis);
    if (server != null) {
      server.config().setAutoRead(true);
    }
  }

  /** Holds a connection to this address from now on. */
  public void dial(String address) {
    var parsed = parsed(address);
    if (parsed != null) {
      dialers.computeIfAbsent(
          parsed,
          target -> {
            var dialer = new Dialer(loop, dialling(), target, random.split());
            dialer.start();
            return dialer;
          });
    }
  }

  /** Holds a connection to this address no more, once the present one has ended. */
  public void stopDialling(String address) {
    var parsed = parsed(address);
    var dialer = parsed == null ? null : dialers.remove(parsed);
    if (dialer != null) {
      dialer.stop();
    }
  }

  private static @Nullable PeerAddress parsed(String address) {
    try {
      return PeerAddress.parse(address);
    } catch (IllegalArgumentException e) {
      LOG.warn("cannot dial: {}", e.getMessage());
      return null;
    }
  }

  /** Takes a message for the next {@link #flush}; it may be lost. */
  public void send(NodeId to, Envelope envelope) {
    started().send(to, MessageCodec.encode(envelope));
  }

  /** Hands everything sent since the last flush to the network. */
  public void flush() {
    started().flush();
  }

  /** Closes the port and all connections, after what was sent has been handed to the network. */
  public void close() {
    dialers.values().forEach(Dialer::stop);
    if (server != null) {
      var _ = server.close();
    }
    if (connections != null) {
      connections.close();
    }
  }

  /** Peers with at least one connection. */
  public int connectedPeers() {
    return connections == null ? 0 : connections.connectedPeers();
  }

  /** Messages that had no connection, or none with room. */
  public long droppedMessages() {
    return connections == null ? 0 : connections.droppedMessages();
  }

  /** Connections closed because of what came over them. */
  public long malformedFrames() {
    return connections == null ? 0 : connections.malformedFrames();
  }

  /** Connections closed before their handshake was complete. */
  public long refusedConnections() {
    return connections == null ? 0 : connections.refusedConnections();
  }

  /** Addresses that connections are held to. */
  long dialledAddresses() {
    return dialers.values().stream().filter(dialer -> !dialer.isStopped()).count();
  }

  boolean sendsOnDialled(NodeId to) {
    return connections != null && connections.sendsOnDialled(to);
  }

  /** Connections whose other side has not said yet who it is. */
  int strangers() {
    return connections == null ? 0 : connections.strangers();
  }

  private PeerConnections started() {
    if (connections == null) {
      throw new IllegalStateException("the transport has not been started");
    }
    return connections;
  }

  private Bootstrap dialling() {
    return new Bootstrap()
        .group(loop)
        .channel(sockets.clientChannel())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                limitSilence(channel);
                channel
                    .pipeline()
                    .addLast(new PeerConnection(started(), channel, /* dialled= */ true));
              }
            });
  }

  private void limitSilence(Channel channel) {
    if (sockets.isEpoll()) {
      channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
    }
  }

  private static WriteBufferWaterMark waterMark() {
    return new WriteBufferWaterMark(MOST_PENDING_BYTES / 2, MOST_PENDING_BYTES);
  }
}
