package io.flywheel.server.rocksdb;

/**
 * How full a node's disk is.
 *
 * @param tableBytes in the database's tables; its logs come on top
 * @param freeBytes that the disk has left
 */
public record DiskUse(long tableBytes, long freeBytes) {}
