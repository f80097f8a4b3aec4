package io.flywheel.simulator.workload;

import io.flywheel.core.model.NamespaceSettings;
import java.util.List;

/**
 * How the settings that shape records change in one run.
 *
 * @param meanMicros from one wish to the next, on average
 * @param planned namespaces that are not there at formation, and are in the end
 */
public record Reshaping(long meanMicros, List<NamespaceSettings> planned) {}
