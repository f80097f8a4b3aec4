package io.flywheel.server.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a connection to one address for as long as the node runs: whatever ends it, the address is
 * dialled again, at growing intervals of at most about a second, each somewhat random so that nodes
 * that fell together do not dial together.
 */
final class Dialer {
  static final AttributeKey<Boolean> ESTABLISHED = AttributeKey.valueOf("flywheel.established");
  static final AttributeKey<Boolean> LED_TO_OURSELVES = AttributeKey.valueOf("flywheel.ourselves");

  private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long MOST_PAUSE_MILLIS = 1_000;

  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final PeerAddress address;
  private final SplittableRandom random;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean stopped;

  Dialer(EventLoop loop, Bootstrap bootstrap, PeerAddress address, SplittableRandom random) {
    this.loop = loop;
    this.bootstrap = bootstrap;
    this.address = address;
    this.random = random;
  }

  void start() {
    if (stopped) {
      return;
    }
    if (NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host())) {
      connect(address.resolve());
      return;
    }
    // Names are looked up by a blocking call, which has no place on the loop.
    Thread.ofVirtual()
        .name("resolve " + address)
        .start(
            () -> {
              InetSocketAddress resolved = address.resolve();
              loop.execute(() -> connect(resolved));
            });
  }

  void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }

  private void connect(InetSocketAddress resolved) {
    if (stopped) {
      return;
    }
    if (resolved.isUnresolved()) {
      LOG.debug("no address known for {}", address);
      again();
      return;
    }
    var _ =
        bootstrap
            .connect(resolved)
            .addListener(
                (ChannelFuture connected) -> {
                  if (connected.isSuccess()) {
                    var _ = connected.channel().closeFuture().addListener(_ -> ended(connected));
                  } else {
                    LOG.debug("cannot reach {}: {}", address, String.valueOf(connected.cause()));
                    again();
                  }
                });
  }

  private void ended(ChannelFuture connection) {
    var channel = connection.channel();
    if (channel.hasAttr(LED_TO_OURSELVES)) {
      stop();
      return;
    }
    if (channel.hasAttr(ESTABLISHED)) {
      pauseMillis = FIRST_PAUSE_MILLIS;
    }
    again();
  }

  private void again() {
    if (stopped || loop.isShuttingDown()) {
      return;
    }
    long millis = pauseMillis / 2 + random.nextLong(pauseMillis);
    pauseMillis = Math.min(2 * pauseMillis, MOST_PAUSE_MILLIS);
    var _ = loop.schedule(this::start, millis, TimeUnit.MILLISECONDS);
  }
}
