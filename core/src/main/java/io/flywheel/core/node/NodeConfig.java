package io.flywheel.core.node;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.List;

/**
 * What an operator says about one node.
 *
 * @param initialMembers names of those that form a new cluster; empty to join none
 * @param seeds peer addresses to begin with
 * @param durable whether stores are synced before their result ({@code durability: fsync})
 * @param hintsLimitBytes how much of the disk what is kept for other nodes may take; 0 for nothing
 * @param secret one for the cluster; authenticates contexts
 */
public record NodeConfig(
    String name,
    Zone zone,
    int weight,
    String clientAddress,
    String peerAddress,
    ClusterSettings settings,
    List<String> initialMembers,
    List<String> seeds,
    boolean durable,
    long hintsLimitBytes,
    Rhythm rhythm,
    Bytes secret) {
  /** What a cluster knows of the node that has this identity. */
  Member member(NodeId id) {
    return new Member(id, name, clientAddress, peerAddress, zone, weight);
  }
}
