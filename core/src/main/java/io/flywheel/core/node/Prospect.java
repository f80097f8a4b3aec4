package io.flywheel.core.node;

import io.flywheel.core.model.Member;
import io.flywheel.core.ring.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * What a node that belongs to no cluster knows of the one that it could join.
 *
 * @param self as it would be a member
 * @param met the cluster that a seed has told it of; null for none yet
 */
public record Prospect(Member self, @Nullable Cluster met) {}
