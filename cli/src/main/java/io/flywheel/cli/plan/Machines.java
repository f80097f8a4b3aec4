package io.flywheel.cli.plan;

/**
 * What there is of machines, and how they fail.
 *
 * @param diskBytes of each node
 * @param rebuildBytesPerSecond what each node gives or takes at most while copies are moved
 * @param mttfSeconds the mean time until a node is lost for good, with its disk
 * @param reactionSeconds until somebody, or something, runs {@code flywheel remove}
 */
public record Machines(
    double diskBytes, double rebuildBytesPerSecond, double mttfSeconds, double reactionSeconds) {}
