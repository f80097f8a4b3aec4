package io.flywheel.core.node;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Transition;
import java.util.List;

/**
 * A change of the ring that is under way.
 *
 * @param unconfirmed the members that are not known to have the present epoch on their disks; the
 *     change does not go on without them
 * @param notCaughtUp those that are not known to have all copies that they gain by it
 */
public record ChangeView(
    Transition transition, List<NodeId> unconfirmed, List<NodeId> notCaughtUp) {}
