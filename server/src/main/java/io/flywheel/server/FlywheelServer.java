package io.flywheel.server;

import io.flywheel.server.config.Address;
import io.flywheel.server.config.ServerConfig;
import io.flywheel.server.runtime.Lanes;
import io.flywheel.server.runtime.NodeClock;
import io.flywheel.server.runtime.NodeRuntime;
import io.flywheel.server.runtime.ProcessEnd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server: a node and those who speak to its clients. Several may run in one process, each with
 * its own directory and ports.
 */
public final class FlywheelServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlywheelServer.class);
  private static final long LONGEST_STOP_SECONDS = 20;

  private final NodeRuntime runtime;
  private final Lanes lanes;
  private final ClientPort clients;
  private boolean closed;

  private FlywheelServer(NodeRuntime runtime, Lanes lanes, ClientPort clients) {
    this.runtime = runtime;
    this.lanes = lanes;
    this.clients = clients;
  }

  /**
   * Starts a server. On return it listens for peers and for clients, and serves as soon as its node
   * does.
   *
   * @param end told when going on would risk data; whoever runs several servers must close this one
   * @throws IOException where the directory cannot be used or an address cannot be listened on; its
   *     message tells the operator why
   */
  public static FlywheelServer start(ServerConfig config, ProcessEnd end) throws IOException {
    var runtime =
        NodeRuntime.start(
            config.nodeConfig(), config.data(), socket(config.peer()), NodeClock.ofMachine(), end);
    var lanes = runtime.lanes(config.lanes());
    try {
      var clients = ClientPort.open(lanes, config.settings(), config.client());
      LOG.info("started {}", config);
      var settings = config.settings();
      if (!settings.quorum().overlaps(settings.replication().n())) {
        LOG.warn("R + W is not above N: reads are eventual and may miss acknowledged writes");
      }
      return new FlywheelServer(runtime, lanes, clients);
    } catch (IOException e) {
      lanes.close();
      runtime.close();
      throw e;
    }
  }

  /**
   * Runs a server as all that this process is for, until the process is told to end or must not go
   * on. A signal is how a server is stopped, so it ends the process with status 0 and not, as the
   * JVM would, with 128 and more.
   *
   * @param join whether a node that belongs to no cluster joins the one of its seeds by itself
   * @param started called once the server listens
   * @return why it does not go on
   * @throws IOException as {@link #start}
   */
  public static End run(ServerConfig config, boolean join, Runnable started) throws IOException {
    var orderly = new CompletableFuture<String>();
    var server = start(config, new WholeProcess(orderly));
    var stay = new Stay(server.runtime.requests());
    Runnable stop =
        () -> {
          haltUnlessStoppedSoon();
          server.close();
          Runtime.getRuntime().halt(orderly.isDone() ? 1 : 0);
        };
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("flywheel-stop").unstarted(stop));
    started.run();
    if (join) {
      stay.join(orderly::complete);
    }
    var left = stay.left();
    CompletableFuture.anyOf(orderly, left).join();
    if (left.isDone()) {
      LOG.info("this node has left the cluster; its directory is of no use any more");
      return End.LEFT;
    }
    LOG.error("stopping: {}", orderly.join());
    return End.FAILED;
  }

  /** Why a process whose server runs is to end. */
  public enum End {
    /** Going on would risk data, or cannot lead anywhere. */
    FAILED,
    /** The node has left the cluster, as it was asked to. */
    LEFT
  }

  /** Lets no new request in, finishes those in flight, makes everything durable, and ends. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    clients.close();
    runtime.drain();
    lanes.close();
    runtime.close();
    LOG.info("stopped");
  }

  private static InetSocketAddress socket(Address address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  private static void haltUnlessStoppedSoon() {
    CompletableFuture.delayedExecutor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)
        .execute(() -> Runtime.getRuntime().halt(1));
  }

  /** Ends this process. */
  private record WholeProcess(CompletableFuture<String> orderly) implements ProcessEnd {
    @Override
    public void abruptly(String reason, Throwable cause) {
      LOG.error("stopping at once: {}", reason, cause);
      Runtime.getRuntime().halt(1);
    }

    @Override
    public void orderly(String reason) {
      orderly.complete(reason);
    }
  }
}
