package io.flywheel.server.http;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A real server on any free port of the loopback, in front of a scripted node. */
public final class TestServer implements AutoCloseable {
  /** Small enough to be passed by a test, large enough for the machine to be slow. */
  public static final Limits LIMITS = new Limits(10_000, 10, 100_000);

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<String> records = new ArrayList<>();
  private final ScriptedPort port;
  private final HttpServer server;

  public TestServer() throws IOException {
    this(HttpLimits.DEFAULT);
  }

  public TestServer(HttpLimits limits) throws IOException {
    this(limits, port -> List.of());
  }

  public TestServer(HttpLimits limits, Function<ScriptedPort, List<Route>> more)
      throws IOException {
    EventLoop eventLoop = group.next();
    port = new ScriptedPort(eventLoop);
    var settings = new ClusterSettings("test", 16, Quorum.of(3, 2, 2), LIMITS, List.of());
    var recorder =
        new RequestRecorder() {
          @Override
          public void record(Operation operation, Ending ending, long nanos) {
            synchronized (records) {
              records.add(operation + " " + ending);
            }
          }

          @Override
          public void values(int count) {
            synchronized (records) {
              records.add(count + " values");
            }
          }
        };
    var routes = new ArrayList<Route>();
    routes.add(new Route(KeyValueEndpoint.PATH, new KeyValueEndpoint(port, settings, recorder)));
    routes.addAll(more.apply(port));
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.start(
            eventLoop,
            loopback,
            limits,
            routes,
            (connection, _) -> {
              var _ = connection.close();
            },
            LIMITS.valueBytes());
  }

  public ScriptedPort port() {
    return port;
  }

  public RawClient connect() throws IOException {
    return new RawClient(server.address());
  }

  /** One request on a connection of its own. */
  public RawClient.Response exchange(String method, String target, String headers, String body)
      throws IOException {
    try (var client = connect()) {
      return client.request(method, target, headers, body).response(!method.equals("HEAD"));
    }
  }

  public RawClient.Response exchange(String method, String target) throws IOException {
    return exchange(method, target, "", "");
  }

  public List<String> records() {
    synchronized (records) {
      return List.copyOf(records);
    }
  }

  public void stopListening() {
    server.close();
  }

  @Override
  public void close() {
    server.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
