package io.flywheel.core.node;

import java.util.List;

/**
 * How far forgetting has come, as a node sees it.
 *
 * @param current the era that this node has adopted
 * @param closed the newest that is settled with every member: what was deleted before is reaped
 * @param heldUpBy names of the members that keep it from going on
 */
public record EraView(long current, long closed, List<String> heldUpBy) {}
