package io.flywheel.server.http;

import io.flywheel.core.model.Limits;
import io.flywheel.server.peer.Sockets;
import io.flywheel.server.runtime.Lane;
import io.flywheel.server.runtime.Lanes;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
  private final Lanes lanes;
  private final HttpServer server;

  public TestServer() throws IOException {
    this(1);
  }

  public TestServer(int lanes) throws IOException {
    this(HttpLimits.DEFAULT, lanes);
  }

  public TestServer(HttpLimits limits) throws IOException {
    this(limits, 1);
  }

  public TestServer(HttpLimits limits, int lanes) throws IOException {
    this(limits, lanes, port -> List.of());
  }

  public TestServer(HttpLimits limits, int lanes, Function<ScriptedPort, List<Route>> more)
      throws IOException {
    port = new ScriptedPort(group.next());
    this.lanes = Lanes.beside(port, Sockets.NIO, lanes, "lane");
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
    var services = new ArrayList<HttpServer.Service>();
    for (Lane lane : this.lanes.serving()) {
      var routes = new ArrayList<Route>();
      routes.add(new Route(KeyValueEndpoint.PATH, new KeyValueEndpoint(lane, recorder)));
      more.apply(port).forEach(route -> routes.add(NodeSide.route(route, port, lane)));
      services.add(new HttpServer.Service(lane.eventLoop(), routes, List.of(new ClosingPort())));
    }
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = HttpServer.start(this.lanes.group(), services, loopback, limits, LIMITS.valueBytes());
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
    lanes.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Closes what begins with its preface. */
  private static final class ClosingPort implements ProtocolPort {
    @Override
    public byte[] preface() {
      return "another/1\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void take(Channel connection, Runnable whenTaken) {
      var _ = connection.close();
    }
  }
}
