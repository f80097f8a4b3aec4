package io.flywheel.core.node;

import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.ring.Ring;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node seen from outside, for operators.
 *
 * @param waitingFor what keeps it from serving; empty when it serves
 * @param clusterId 0 before formation
 * @param requestsInFlight clients' requests not yet answered
 * @param hintsByOwner how many records it keeps for each other node
 * @param losers values in the log of those that conflicts discarded
 * @param diskFull whether it takes deletions only
 * @param transfers what a change of the ring brings here or takes from here
 * @param changes how often the cluster has changed, and what is under way
 * @param records the settings in force that shape records
 */
public record NodeView(
    NodeId id,
    String name,
    boolean serving,
    String waitingFor,
    long clusterId,
    long startId,
    long incarnation,
    List<MemberView> members,
    @Nullable Ring ring,
    NodeCounters counters,
    AntiEntropyFigures antiEntropy,
    int requestsInFlight,
    Map<NodeId, Long> hintsByOwner,
    long losers,
    boolean diskFull,
    EraView eras,
    TransferFigures transfers,
    RingView changes,
    RecordSettings records) {
  /** The ring that is read: that after a change as soon as it is ready. */
  public @Nullable Ring readRing() {
    var open = changes.change();
    return ring == null || open == null ? ring : open.transition().readRing(ring);
  }
}
