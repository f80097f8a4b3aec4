package io.flywheel.core.effect;

import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.version.Dot;

/** Where things lie in the database: a partition is one range of it, so that it can be moved. */
public final class StorageKey {
  public static final Bytes IDENTITY = Bytes.utf8("identity");
  public static final Bytes CLUSTER = Bytes.utf8("cluster");

  private StorageKey() {}

  public static Bytes ofRecord(Key key, int partitions) {
    return start(key, partitions).toBytes();
  }

  public static Bytes ofLoser(Key key, int partitions, Dot dot) {
    var out = start(key, partitions);
    out.i64(dot.stamp()).i64(dot.actor().incarnation()).i64(dot.actor().birth());
    return out.toBytes();
  }

  private static ByteWriter start(Key key, int partitions) {
    var out = new ByteWriter(32 + key.bytes().length());
    out.u16(Partition.of(key, partitions).index());
    byte[] namespace = Bytes.utf8(key.namespace()).array();
    return out.u8(namespace.length).raw(namespace).raw(key.bytes().array());
  }
}
