package io.flywheel.server.peer;

import io.flywheel.core.model.NodeId;
import java.util.function.LongSupplier;

/**
 * What a node tells its peers about itself.
 *
 * @param startId which of the node's starts this is
 * @param peerAddress host:port at which it is dialled
 * @param wallMillis its clock
 * @param secret what it proves itself by
 */
public record LocalNode(
    String cluster,
    NodeId id,
    long startId,
    String peerAddress,
    LongSupplier wallMillis,
    PeerSecret secret) {
  /** What it says on one connection. */
  Hello hello() {
    return new Hello(cluster, id, startId, wallMillis.getAsLong(), peerAddress, 0, secret.nonce());
  }
}
