package io.flywheel.server.rocksdb;

/**
 * How full a node's disk is.
 *
 * @param dataBytes in the database's tables, and in its log where that is not yet in tables; what
 *     else its logs hold comes on top
 * @param freeBytes that the disk has left
 */
public record DiskUse(long dataBytes, long freeBytes) {}
