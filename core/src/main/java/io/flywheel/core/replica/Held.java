package io.flywheel.core.replica;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Siblings;
import java.util.List;

/**
 * What a replica holds of a key.
 *
 * @param era the label of the state, for whoever passes it on
 * @param debtsVersion names what is owed, for {@link LocalReplica#settle}
 * @param owed owners for whom it is kept; known where this node is none itself or was asked
 */
public record Held(Siblings siblings, long era, long debtsVersion, List<NodeId> owed) {}
