package io.flywheel.core.antientropy;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Fingerprint;
import io.flywheel.core.version.Siblings;

/**
 * Hears of every record of the partitions of which this node is the first primary, again and again,
 * as the {@link Sweep} comes past. What it is shown may not be durable yet, and may have changed
 * since.
 */
@FunctionalInterface
public interface CandidateListener {
  void swept(Key key, Siblings siblings, Fingerprint fingerprint);
}
