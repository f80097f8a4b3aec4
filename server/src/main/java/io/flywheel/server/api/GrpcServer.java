package io.flywheel.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.server.http.ProtocolPort;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.runtime.Lane;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** gRPC on connections that the client port has accepted, on the loop of one lane. */
public final class GrpcServer implements ProtocolPort, AutoCloseable {
  private static final int CALLS_PER_CONNECTION = 256;
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int HEADER_BYTES = 16 << 10;
  private static final long HEALTH_MILLIS = 200;

  /** HTTP/2 with prior knowledge (RFC 9113, 3.4). */
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  /** A client may ask whether its connection still lives so often. */
  private static final long PING_SECONDS = 10;

  private static final long IDLE_MINUTES = 30;

  /** It logs what clients do wrong, with stack traces. Held, or its level would be forgotten. */
  private static final Logger LIBRARY = Logger.getLogger("io.grpc");

  static {
    LIBRARY.setLevel(Level.SEVERE);
  }

  private final Lane lane;
  private final EventLoop loop;
  private final Server server;
  private final HandedOver connections;
  private final HealthStatusManager health = new HealthStatusManager();

  @SuppressWarnings("deprecation") // Reflection v1alpha is: many tools speak nothing newer.
  private GrpcServer(Lane lane, ClusterSettings settings, RequestRecorder recorder)
      throws IOException {
    this.lane = lane;
    this.loop = lane.eventLoop();
    SocketAddress nowhere = new InetSocketAddress(0);
    this.connections = new HandedOver(nowhere);
    int messageBytes = Requests.mostBytes(settings);
    var operations = new Operations(lane, recorder);
    this.server =
        NettyServerBuilder.forAddress(nowhere)
            .channelFactory(() -> connections)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor()
            .maxInboundMessageSize(messageBytes)
            .maxInboundMetadataSize(HEADER_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
            .initialFlowControlWindow(WINDOW_BYTES)
            .permitKeepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
            .addService(new KeyValueService(operations, messageBytes))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(ProtoReflectionService.newInstance())
            .build()
            .start();
  }

  /** Begins to serve what is handed over. Called from outside the loop. */
  public static GrpcServer start(Lane lane, ClusterSettings settings, RequestRecorder recorder)
      throws IOException {
    var server = new GrpcServer(lane, settings, recorder);
    server.loop.execute(server::askHealth);
    return server;
  }

  /** As {@code /health/ready}: a node that once serves, serves, whatever it sees of others. */
  private void askHealth() {
    lane.ask(port -> port.view().serving(), this::tellHealth);
  }

  private void tellHealth(boolean serving) {
    var status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(KeyValueGrpc.SERVICE_NAME, status);
    if (!serving) {
      var _ = loop.schedule(this::askHealth, HEALTH_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public byte[] preface() {
    return PREFACE.clone();
  }

  @Override
  public void take(Channel connection, Runnable whenTaken) {
    connection
        .deregister()
        .addListener(
            done -> {
              connections.accept(connection);
              loop.execute(whenTaken);
            });
  }

  /** Takes no new calls, and ends each connection once its calls are answered. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
  }
}
