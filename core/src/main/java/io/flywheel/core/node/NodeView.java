package io.flywheel.core.node;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ring;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node seen from outside, for operators.
 *
 * @param waitingFor what keeps it from serving; empty when it serves
 * @param clusterId 0 before formation
 * @param requestsInFlight clients' requests not yet answered
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
    int requestsInFlight) {}
