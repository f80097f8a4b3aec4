package io.flywheel.bare;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * One of the three: an event loop for clients and peers, and a RocksDB. Started with its number (1
 * to 3), the base of the ports, its directory, and {@code fsync} or {@code periodic}. Clients come
 * to base + number, peers to base + 10 + number.
 */
final class BareNode {
  static final int NODES = 3;

  private static final String HOST = "127.0.0.1";
  private static final int PEERS = 10;
  private static final int PATIENCE_SECONDS = 30;

  private final int number;
  private final int base;
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("bare-loop"), EpollIoHandler.newFactory());

  private BareNode(int number, int base) {
    this.number = number;
    this.base = base;
  }

  public static void main(String[] arguments) throws Exception {
    RocksDB.loadLibrary();
    var node = new BareNode(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    node.serve(Path.of(arguments[2]), arguments[3].equals("fsync"));
  }

  private void serve(Path directory, boolean fsync) throws RocksDBException, InterruptedException {
    EventLoop loop = group.next();
    var store = new BareStore(directory, fsync, loop);
    listen(base + PEERS + number, () -> PeerLink.answering(store));
    var coordinator = new Coordinator(store);
    for (int other = 1; other <= NODES; other++) {
      if (other != number) {
        coordinator.peers().add(dial(base + PEERS + other, coordinator));
      }
    }
    listen(base + number, () -> new ClientConnection(coordinator, base));
    System.out.println(
        "node " + number + " is ready for clients at " + HOST + ":" + (base + number));
  }

  private void listen(int port, Supplier<ChannelHandler> handler) throws InterruptedException {
    new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler.get());
              }
            })
        .bind(HOST, port)
        .sync();
  }

  /** The others may not be there yet. */
  private PeerLink dial(int port, Coordinator coordinator) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
    while (true) {
      var link = PeerLink.asking(coordinator);
      var connecting =
          new Bootstrap()
              .group(group)
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .handler(link)
              .connect(HOST, port)
              .await();
      if (connecting.isSuccess()) {
        return link;
      }
      if (System.nanoTime() > until) {
        throw new IllegalStateException("nobody at port " + port, connecting.cause());
      }
      Thread.sleep(100);
    }
  }
}
