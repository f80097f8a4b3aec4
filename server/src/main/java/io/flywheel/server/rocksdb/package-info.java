/** A node's disk: one data directory, one RocksDB database in it. */
@NullMarked
package io.flywheel.server.rocksdb;

import org.jspecify.annotations.NullMarked;
