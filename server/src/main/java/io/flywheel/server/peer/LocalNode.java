package io.flywheel.server.peer;

import io.flywheel.core.model.NodeId;
import java.util.function.LongSupplier;

/**
 * What a node tells its peers about itself.
 *
 * @param startId which of the node's starts this is
 * @param peerAddress host:port at which it is dialled
 * @param wallMillis its clock
 */
public record LocalNode(
    String cluster, NodeId id, long startId, String peerAddress, LongSupplier wallMillis) {
  Hello hello() {
    return new Hello(cluster, id, startId, wallMillis.getAsLong(), peerAddress, 0);
  }
}
