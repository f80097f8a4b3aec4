package io.flywheel.core.node;

/**
 * What a node has counted since its start.
 *
 * @param readRepairs stale replicas that were sent the newer state after a read
 * @param unreadableRecords records found on this disk that could not be read
 * @param lostRecords records that other replicas proved to have been here once
 * @param tombstonesWritten deletions accepted by this node
 * @param siblingsFound reads that found more than one value
 */
public record NodeCounters(
    long readRepairs,
    long unreadableRecords,
    long lostRecords,
    long tombstonesWritten,
    long siblingsFound) {}
