package io.flywheel.core.node;

import org.jspecify.annotations.Nullable;

/**
 * The ring and its changes, as a node sees them.
 *
 * @param epoch counts what was decided of the cluster: 1 at its formation, 0 before
 * @param change what is under way; null where the ring rests
 */
public record RingView(long epoch, Standing standing, @Nullable ChangeView change) {}
