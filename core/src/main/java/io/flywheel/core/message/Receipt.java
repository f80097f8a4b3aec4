package io.flywheel.core.message;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.MalformedException;

/**
 * What an answer rests on.
 *
 * @param n copies that the key should have
 * @param primaries nodes of the preference list that confirmed
 * @param fallbacks nodes that confirmed in another's place
 * @param racks distinct racks among those that confirmed
 * @param datacenters distinct data centres among them
 * @param durable on writes, whether every confirmation came after an fsync; a read says nothing of
 *     it, as a replica does not remember it of what it holds
 * @param repaired on reads, how many stale replicas were seen
 */
public record Receipt(
    int n,
    int primaries,
    int fallbacks,
    int racks,
    int datacenters,
    boolean durable,
    int repaired) {
  void write(ByteWriter out) {
    out.varint(n).varint(primaries).varint(fallbacks).varint(racks).varint(datacenters);
    out.bool(durable).varint(repaired);
  }

  static Receipt read(ByteReader in) throws MalformedException {
    return new Receipt(
        in.count(Short.MAX_VALUE),
        in.count(Short.MAX_VALUE),
        in.count(Short.MAX_VALUE),
        in.count(Short.MAX_VALUE),
        in.count(Short.MAX_VALUE),
        in.bool(),
        in.count(Short.MAX_VALUE));
  }
}
