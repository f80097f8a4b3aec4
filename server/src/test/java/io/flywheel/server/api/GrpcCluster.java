package io.flywheel.server.api;

import com.google.protobuf.ByteString;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.Key;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.server.ClusterOfOne;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/** A cluster of one, a connection to it, and short forms of requests. */
final class GrpcCluster implements AutoCloseable {
  private final ClusterOfOne cluster;
  private final ManagedChannel channel;

  private GrpcCluster(ClusterOfOne cluster) {
    this.cluster = cluster;
    this.channel =
        NettyChannelBuilder.forAddress(cluster.address())
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
  }

  static GrpcCluster start(Path folder, int lanes) throws IOException {
    return new GrpcCluster(ClusterOfOne.start(folder, lanes));
  }

  ManagedChannel channel() {
    return channel;
  }

  InetSocketAddress address() {
    return cluster.address();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    cluster.close();
  }

  static Key key(String key) {
    return Key.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  static PutRequest.Builder put(String key, String value) {
    return PutRequest.newBuilder().setKey(key(key)).setValue(ByteString.copyFromUtf8(value));
  }

  static GetRequest get(String key) {
    return GetRequest.newBuilder().setKey(key(key)).build();
  }

  static List<String> values(GetResponse response) {
    return response.getValuesList().stream()
        .map(value -> value.getValue().toStringUtf8())
        .sorted()
        .toList();
  }
}
