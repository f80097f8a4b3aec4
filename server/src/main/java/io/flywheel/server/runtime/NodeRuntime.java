package io.flywheel.server.runtime;

import io.flywheel.core.model.MalformedException;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.server.disk.DiskWatch;
import io.flywheel.server.disk.Watermark;
import io.flywheel.server.peer.PeerTransport;
import io.flywheel.server.peer.Sockets;
import io.flywheel.server.rocksdb.DataDirectory;
import io.flywheel.server.rocksdb.RocksStorage;
import io.flywheel.server.rocksdb.UnusableDirectoryException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node with everything beneath it: its directory, its database, its loop, its peers. */
public final class NodeRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);
  private static final long DRAIN_MILLIS = 2_000;
  private static final long LOOP_END_SECONDS = 5;

  private final Sockets sockets;
  private final String name;
  private final RocksStorage storage;
  private final DiskWatch diskWatch;
  private final EventLoopGroup group;
  private final PeerTransport transport;
  private final NodeLoop loop;
  private boolean closed;

  private NodeRuntime(
      RocksStorage storage,
      DiskWatch diskWatch,
      boolean periodic,
      NodeClock clock,
      ProcessEnd end,
      String name) {
    this.storage = storage;
    this.diskWatch = diskWatch;
    this.name = name;
    sockets = Sockets.best();
    group = sockets.loops(1, "flywheel-" + name);
    EventLoop only = group.next();
    transport = new PeerTransport(only, sockets, new SplittableRandom(seed()));
    loop = new NodeLoop(only, storage, transport, periodic, clock, end);
  }

  /**
   * Opens the directory, listens for peers and starts the node.
   *
   * @throws UnusableDirectoryException where the directory or its database cannot be used
   * @throws IOException where the address cannot be listened on, or the metadata is damaged
   */
  public static NodeRuntime start(
      NodeConfig config, Path data, InetSocketAddress peers, NodeClock clock, ProcessEnd end)
      throws IOException {
    return start(config, data, peers, clock, end, null);
  }

  /**
   * As above, with a watermark of the disk's own.
   *
   * @param watermark null for the one that fits the disk's size
   */
  static NodeRuntime start(
      NodeConfig config,
      Path data,
      InetSocketAddress peers,
      NodeClock clock,
      ProcessEnd end,
      @Nullable Watermark watermark)
      throws IOException {
    var directory = DataDirectory.open(data);
    DiskWatch diskWatch;
    try {
      diskWatch = DiskWatch.of(directory.root(), watermark);
    } catch (IOException e) {
      directory.close();
      throw e;
    }
    // Opening the database takes room too.
    boolean full = diskWatch.look();
    var storage =
        RocksStorage.open(
            directory,
            reason ->
                end.abruptly(
                    "the database reports an error in the background: " + reason,
                    new IOException(reason)));
    var runtime = new NodeRuntime(storage, diskWatch, !config.durable(), clock, end, config.name());
    try {
      runtime.listen(peers);
      runtime.startNode(config);
      runtime.loop.diskSpace(full);
      diskWatch.start(runtime.new DiskNews(end));
      return runtime;
    } catch (IOException e) {
      runtime.close();
      throw e;
    }
  }

  /** The way to the node for those who speak to clients. */
  public RequestPort requests() {
    return loop;
  }

  /** Starts the lanes for clients, so many with the node's own; to be closed before this is. */
  public Lanes lanes(int count) {
    return Lanes.beside(loop, sockets, count, "lane-" + name);
  }

  /** For metrics; read it on the loop. */
  public PeerTransport transport() {
    return transport;
  }

  /** Lets no new request in, and waits up to two seconds for those in flight. */
  public void drain() {
    try {
      onLoop(loop::drain).get(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("stopping with requests still in flight");
    } catch (IOException | ExecutionException e) {
      LOG.warn("stopping without waiting for requests", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the loop, then makes everything durable that the node wanted stored. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean watchEnded = diskWatch.closeAndWait();
    try {
      onLoop(
          () -> {
            loop.stop();
            return true;
          });
    } catch (IOException e) {
      LOG.error("the loop did not stop", e);
    }
    boolean quiet = loop.awaitStorage() && watchEnded;
    boolean ended =
        group
            .shutdownGracefully(0, LOOP_END_SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(LOOP_END_SECONDS, TimeUnit.SECONDS);
    if (quiet && ended) {
      storage.close();
    } else {
      LOG.error("the disk does not answer; the database is left open");
    }
  }

  private void listen(InetSocketAddress peers) throws IOException {
    ChannelFuture bound = onLoop(() -> transport.bind(peers)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen for peers on "
              + peers.getHostString()
              + ":"
              + peers.getPort()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
  }

  private void startNode(NodeConfig config) throws IOException {
    onLoop(
        () -> {
          loop.start(config, new SplittableRandom(seed()));
          return true;
        });
  }

  private <T> T onLoop(Callable<T> action) throws IOException {
    try {
      return group.submit(action).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case MalformedException malformed -> throw new IOException(malformed.getMessage(), e);
        case IOException failed -> throw failed;
        case null, default -> throw new IOException("the loop failed", e);
      }
    }
  }

  /** What the watch of the disk has to tell. */
  private final class DiskNews implements DiskWatch.Listener {
    private final ProcessEnd end;
    private boolean failed;

    private DiskNews(ProcessEnd end) {
      this.end = end;
    }

    @Override
    public void diskSpace(boolean full) {
      loop.diskSpace(full);
    }

    /** RocksDB's Java listener does not hear of all errors: it knows only the older kinds. */
    @Override
    public void looked() {
      if (!failed && storage.backgroundErrors() > 0) {
        failed = true;
        end.abruptly(
            "the database has failed in the background; its LOG says how",
            new IOException("background errors: " + storage.backgroundErrors()));
      }
    }
  }

  private static long seed() {
    return new SecureRandom().nextLong();
  }
}
