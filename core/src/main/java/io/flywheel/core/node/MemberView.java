package io.flywheel.core.node;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Member;

/**
 * A member as this node sees it.
 *
 * @param reason for its state, or what else is to be known of it; empty for nothing
 * @param silentMillis since it was last heard; -1 for never
 * @param skewMillis how far its wall clock was ahead of this node's at its last heartbeat, the way
 *     of the message included
 * @param era that it has adopted, as far as is known; 0 before it was heard of
 * @param settled the newest era in which it owes nothing; the least of all holds up reaping
 */
public record MemberView(
    Member member,
    Liveness state,
    String reason,
    long silentMillis,
    double phi,
    long skewMillis,
    long era,
    long settled) {}
