package io.flywheel.core.node;

/**
 * What a node has counted since its start.
 *
 * @param readRepairs stale replicas that were sent the newer state after a read
 * @param unreadableRecords records found on this disk that could not be read
 * @param lostRecords records that other replicas proved to have been here once
 * @param tombstonesWritten deletions accepted by this node
 * @param siblingsFound reads that found more than one value
 * @param hintsWaiting records owed to other nodes now, once for each that waits
 * @param hintBytes what they take on disk, about
 * @param hintsPaid records that their owners have confirmed
 * @param keysReaped records of which nothing was left, here
 * @param entriesShed entries of version vectors that were forgotten, here
 */
public record NodeCounters(
    long readRepairs,
    long unreadableRecords,
    long lostRecords,
    long tombstonesWritten,
    long siblingsFound,
    long hintsWaiting,
    long hintBytes,
    long hintsPaid,
    long keysReaped,
    long entriesShed) {}
