package io.flywheel.core.replica;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.version.Siblings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replica holds of a key.
 *
 * @param record the state as it lies on disk; null where it was stored since it was read
 * @param era the label of the state, for whoever passes it on
 * @param debtsVersion names what is owed, for {@link LocalReplica#settle}
 * @param owed owners for whom it is kept; known where this node is none itself or was asked
 */
public record Held(
    Siblings siblings, @Nullable Bytes record, long era, long debtsVersion, List<NodeId> owed) {}
