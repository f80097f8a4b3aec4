package io.flywheel.server;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.server.admin.AdminRoutes;
import io.flywheel.server.admin.Page;
import io.flywheel.server.api.DirectPort;
import io.flywheel.server.api.GrpcServer;
import io.flywheel.server.config.Address;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.HttpLimits;
import io.flywheel.server.http.HttpServer;
import io.flywheel.server.http.KeyValueEndpoint;
import io.flywheel.server.http.NodeSide;
import io.flywheel.server.http.Route;
import io.flywheel.server.metrics.ServerMetrics;
import io.flywheel.server.runtime.Lane;
import io.flywheel.server.runtime.Lanes;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Everything that clients and operators find at a server's client address. */
public final class ClientPort implements AutoCloseable {
  private final HttpServer http;
  private final List<GrpcServer> grpc;
  private final List<DirectPort> direct;
  private final ServerMetrics metrics;

  private ClientPort(
      HttpServer http, List<GrpcServer> grpc, List<DirectPort> direct, ServerMetrics metrics) {
    this.http = http;
    this.grpc = grpc;
    this.direct = direct;
    this.metrics = metrics;
  }

  /**
   * Begins to listen; port 0 takes any that is free. Not to be called on a loop's thread.
   *
   * @throws IOException where the address cannot be listened on; its message tells the operator why
   */
  public static ClientPort open(Lanes lanes, ClusterSettings settings, Address address)
      throws IOException {
    var metrics = new ServerMetrics();
    var forOperators = forOperators(lanes.node(), settings, metrics);
    var grpc = new ArrayList<GrpcServer>();
    var direct = new ArrayList<DirectPort>();
    var services = new ArrayList<HttpServer.Service>();
    try {
      for (Lane lane : lanes.serving()) {
        var recorder = metrics.requests();
        grpc.add(GrpcServer.start(lane, settings, recorder));
        direct.add(new DirectPort(lane, settings, recorder));
        var routes = new ArrayList<Route>();
        routes.add(new Route(KeyValueEndpoint.PATH, new KeyValueEndpoint(lane, recorder)));
        for (Route route : forOperators) {
          routes.add(NodeSide.route(route, lanes.node(), lane));
        }
        services.add(
            new HttpServer.Service(
                lane.eventLoop(), routes, List.of(grpc.getLast(), direct.getLast())));
      }
      var http =
          HttpServer.start(
              lanes.group(),
              services,
              new InetSocketAddress(address.host(), address.port()),
              HttpLimits.forHeap(Runtime.getRuntime().maxMemory()),
              settings.records().limits().valueBytes());
      metrics.gauge("flywheel.http.connections", "Clients' connections", http::connectionCount);
      return new ClientPort(http, List.copyOf(grpc), List.copyOf(direct), metrics);
    } catch (IOException e) {
      grpc.forEach(GrpcServer::close);
      metrics.close();
      throw e;
    }
  }

  /** What looks at the node itself, and belongs on its loop. */
  private static List<Route> forOperators(
      RequestPort node, ClusterSettings settings, ServerMetrics metrics) {
    var routes = new ArrayList<>(AdminRoutes.of(node, settings, metrics.requests()));
    routes.add(
        new Route(
            "/metrics",
            new Page(
                (head, reply) ->
                    Answer.text(200, ServerMetrics.CONTENT_TYPE, metrics.scrape(node::view)))));
    return routes;
  }

  /** Where it really listens. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** Lets nobody new in, and ends each connection once it is answered. */
  @Override
  public void close() {
    http.close();
    grpc.forEach(GrpcServer::close);
    direct.forEach(DirectPort::close);
    metrics.close();
  }
}
