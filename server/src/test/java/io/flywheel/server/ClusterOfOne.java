package io.flywheel.server;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import io.flywheel.server.config.Address;
import io.flywheel.server.http.RawClient;
import io.flywheel.server.runtime.Lanes;
import io.flywheel.server.runtime.NodeClock;
import io.flywheel.server.runtime.NodeRuntime;
import io.flywheel.server.runtime.ProcessEnd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * One node that is a whole cluster, with its client port. Besides the usual namespaces there is
 * {@code careful}, which takes no blind write; a key has at most three siblings.
 */
public final class ClusterOfOne implements AutoCloseable {
  public static final ClusterSettings SETTINGS =
      new ClusterSettings(
          "one",
          16,
          Quorum.of(1, 1, 1),
          new Limits(1 << 20, 3, 16 << 20),
          List.of(
              new NamespaceSettings(
                  "careful", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.REFUSE, 0)));

  private final NodeRuntime runtime;
  private final Lanes lanes;
  private final ClientPort port;

  private ClusterOfOne(NodeRuntime runtime, Lanes lanes, ClientPort port) {
    this.runtime = runtime;
    this.lanes = lanes;
    this.port = port;
  }

  /** Serves when this returns. */
  public static ClusterOfOne start(Path folder, int laneCount) throws IOException {
    var config =
        new NodeConfig(
            "node-1",
            Zone.DEFAULT,
            1,
            "127.0.0.1:1",
            "127.0.0.1:2",
            SETTINGS,
            List.of("node-1"),
            List.of(),
            true,
            1L << 30,
            Rhythm.DEFAULT,
            Bytes.utf8("a secret of one cluster"));
    var peers = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var runtime =
        NodeRuntime.start(
            config, folder.resolve("data"), peers, NodeClock.ofMachine(), new NoEnd());
    var lanes = runtime.lanes(laneCount);
    var port = ClientPort.open(lanes, SETTINGS, new Address("127.0.0.1", 0));
    try (var client = new RawClient(port.address())) {
      while (client.request("GET", "/health/ready", "", "").response().status() != 200) {
        Thread.onSpinWait();
      }
    }
    return new ClusterOfOne(runtime, lanes, port);
  }

  public InetSocketAddress address() {
    return port.address();
  }

  @Override
  public void close() {
    port.close();
    runtime.drain();
    lanes.close();
    runtime.close();
  }

  private record NoEnd() implements ProcessEnd {
    @Override
    public void abruptly(String reason, Throwable cause) {
      throw new AssertionError(reason, cause);
    }

    @Override
    public void orderly(String reason) {
      throw new AssertionError(reason);
    }
  }
}
