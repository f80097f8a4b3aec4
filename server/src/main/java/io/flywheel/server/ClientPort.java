package io.flywheel.server;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.server.admin.AdminRoutes;
import io.flywheel.server.admin.Page;
import io.flywheel.server.config.Address;
import io.flywheel.server.grpc.GrpcServer;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.HttpLimits;
import io.flywheel.server.http.HttpServer;
import io.flywheel.server.http.KeyValueEndpoint;
import io.flywheel.server.http.Route;
import io.flywheel.server.metrics.ServerMetrics;
import io.flywheel.server.runtime.RequestPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;

/** Everything that clients and operators find at a server's client address. */
public final class ClientPort implements AutoCloseable {
  private final HttpServer http;
  private final GrpcServer grpc;
  private final ServerMetrics metrics;

  private ClientPort(HttpServer http, GrpcServer grpc, ServerMetrics metrics) {
    this.http = http;
    this.grpc = grpc;
    this.metrics = metrics;
  }

  /**
   * Begins to listen; port 0 takes any that is free. Not to be called on the loop's thread.
   *
   * @throws IOException where the address cannot be listened on; its message tells the operator why
   */
  public static ClientPort open(RequestPort port, ClusterSettings settings, Address address)
      throws IOException {
    var metrics = new ServerMetrics();
    var routes = new ArrayList<Route>();
    routes.add(
        new Route(KeyValueEndpoint.PATH, new KeyValueEndpoint(port, settings, metrics.requests())));
    routes.addAll(AdminRoutes.of(port, settings, metrics.requests()));
    routes.add(
        new Route(
            "/metrics",
            new Page(
                (head, reply) ->
                    Answer.text(200, ServerMetrics.CONTENT_TYPE, metrics.scrape(port::view)))));
    GrpcServer grpc = null;
    try {
      grpc = GrpcServer.start(port, settings, metrics.requests());
      var http =
          HttpServer.start(
              port.eventLoop(),
              new InetSocketAddress(address.host(), address.port()),
              HttpLimits.forHeap(Runtime.getRuntime().maxMemory()),
              routes,
              grpc,
              settings.limits().valueBytes());
      metrics.gauge("flywheel.http.connections", "Clients' connections", http::connectionCount);
      return new ClientPort(http, grpc, metrics);
    } catch (IOException e) {
      if (grpc != null) {
        grpc.close();
      }
      metrics.close();
      throw e;
    }
  }

  /** Where it really listens. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** Lets nobody new in, and ends each connection once it is answered. */
  @Override
  public void close() {
    http.close();
    grpc.close();
    metrics.close();
  }
}
