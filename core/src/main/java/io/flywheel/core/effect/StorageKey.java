package io.flywheel.core.effect;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import org.jspecify.annotations.Nullable;

/**
 * Where things lie in the database. Records lie in the order of the ring, so that a partition, and
 * each slice of one, is one range that can be compared, scrubbed and moved:
 *
 * <pre>
 * hash       8 bytes: the upper half of the key's place on the ring
 * namespace  1 byte length, then its name
 * key        the rest
 * </pre>
 */
public final class StorageKey {
  public static final Bytes IDENTITY = Bytes.utf8("identity");
  public static final Bytes CLUSTER = Bytes.utf8("cluster");
  public static final Bytes ERA = Bytes.utf8("era");
  public static final Bytes CLOSED_ERA = Bytes.utf8("closed-era");
  public static final Bytes SETTLED_ERA = Bytes.utf8("settled-era");
  public static final Bytes RING_VOTE = Bytes.utf8("ring-vote");
  public static final Bytes DEPARTURE = Bytes.utf8("departure");

  /** Which partitions have arrived of those that the change under way brings. */
  public static final Bytes ARRIVED = Bytes.utf8("arrived");

  /** Which partitions this node has owned, and may still hold records of. */
  public static final Bytes FORMER = Bytes.utf8("former");

  private StorageKey() {}

  public static Bytes ofRecord(Key key) {
    byte[] namespace = Bytes.utf8(key.namespace()).array();
    var out = new ByteWriter(9 + namespace.length + key.bytes().length());
    out.i64(key.hashHigh()).u8(namespace.length).raw(namespace).raw(key.bytes().array());
    return out.toBytes();
  }

  /** The key whose record lies there. */
  public static Key keyOf(Bytes storageKey) throws MalformedException {
    var in = new ByteReader(storageKey.array());
    long hash = in.i64();
    int length = in.u8();
    if (length > NamespaceSettings.MAX_NAME_BYTES) {
      throw new MalformedException("a namespace of " + length + " bytes");
    }
    var namespace = Bytes.wrap(in.raw(length)).toUtf8();
    var bytes = Bytes.wrap(in.raw(in.remaining()));
    if (bytes.isEmpty() || bytes.length() > Key.MAX_BYTES) {
      throw new MalformedException("a key of " + bytes.length() + " bytes");
    }
    var key = new Key(namespace, bytes);
    if (key.hashHigh() != hash) {
      throw new MalformedException("a key that lies at another key's place");
    }
    return key;
  }

  /** The upper half of the hash of whatever lies there, or would. */
  public static long hashOf(Bytes storageKey) {
    long hash = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      hash = hash << 8 | (i < storageKey.length() ? storageKey.at(i) & 0xff : 0);
    }
    return hash;
  }

  /** The first place of a hash; every record from that hash on lies there or after it. */
  public static Bytes at(long hashHigh) {
    return new ByteWriter(8).i64(hashHigh).toBytes();
  }

  /** Where a range that ends before {@code hashHigh} ends; 0 is the end of the ring. */
  public static @Nullable Bytes before(long hashHigh) {
    return hashHigh == 0 ? null : at(hashHigh);
  }

  /** A place in a log, in the order of its numbers. */
  public static Bytes ofNumber(long number) {
    return new ByteWriter(8).i64(number).toBytes();
  }
}
