package io.flywheel.core.node;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Member;

/**
 * A member as this node sees it.
 *
 * @param silentMillis since it was last heard; -1 for never
 * @param skewMillis how far its wall clock was ahead of this node's at its last heartbeat, the way
 *     of the message included
 */
public record MemberView(
    Member member, Liveness state, long silentMillis, double phi, long skewMillis) {}
