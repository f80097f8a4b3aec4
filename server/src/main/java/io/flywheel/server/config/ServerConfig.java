package io.flywheel.server.config;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that one server is told.
 *
 * @param node the name of this node within its cluster
 * @param weight its share of the ring compared with that of others
 * @param data the directory of its database
 * @param client where it listens for clients
 * @param peer where it listens for other nodes
 * @param secret one for the cluster, at least {@value #MIN_SECRET_BYTES} bytes
 * @param seeds peer addresses of nodes to begin with
 * @param initialMembers the names that form a new cluster; empty for a node that joins one
 * @param lanes how many event loops it has, that of the node included
 * @param hintsLimitBytes how much may wait for absent owners; 0 turns hinting off
 * @param transferBytesPerSecond how much this node fetches at most while the ring changes
 */
public record ServerConfig(
    String node,
    Zone zone,
    int weight,
    Path data,
    Address client,
    Address peer,
    Bytes secret,
    List<String> seeds,
    List<String> initialMembers,
    Durability durability,
    int lanes,
    long hintsLimitBytes,
    long transferBytesPerSecond,
    ClusterSettings settings) {
  public static final int MIN_SECRET_BYTES = 16;

  /** Half of what a gigabit network carries: the other half is for clients. */
  public static final long DEFAULT_TRANSFER_BYTES_PER_SECOND =
      Rhythm.DEFAULT.transferBytesPerSecond();

  /** What the node itself needs to know. */
  public NodeConfig nodeConfig() {
    return new NodeConfig(
        node,
        zone,
        weight,
        client.toString(),
        peer.toString(),
        settings,
        initialMembers,
        seeds,
        durability == Durability.FSYNC,
        hintsLimitBytes,
        Rhythm.DEFAULT.transferring(transferBytesPerSecond),
        secret);
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return node + " of " + settings.cluster() + ", clients " + client + ", peers " + peer;
  }
}
