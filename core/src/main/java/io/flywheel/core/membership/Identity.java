package io.flywheel.core.membership;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;

/**
 * What makes a data directory a member, rewritten at every start.
 *
 * @param generation counts the starts of the directory; what others know of a member is compared by
 *     it, so it never comes from a clock
 * @param startId names this start: random, so that no copy of the directory can have it too
 * @param incarnation random and new at every start: the part of an actor that no copy of the
 *     directory can repeat
 * @param leasedStamp the clock never said a stamp above this
 */
public record Identity(
    NodeId id, long generation, long startId, long incarnation, long leasedStamp) {
  private static final int FORMAT_VERSION = 2;
  private static final int WITHOUT_GENERATION = 1;

  /** The same member, started again. */
  public Identity startedAs(long newStartId) {
    return new Identity(id, generation + 1, newStartId, incarnation, leasedStamp);
  }

  public Bytes encode() {
    var out = new ByteWriter();
    out.u8(FORMAT_VERSION)
        .i64(id.value())
        .i64(generation)
        .i64(startId)
        .i64(incarnation)
        .i64(leasedStamp);
    return out.checksumFrom(0).toBytes();
  }

  public static Identity decode(Bytes bytes) throws MalformedException {
    var in = new ByteReader(bytes.array());
    int format = in.u8();
    if (format != FORMAT_VERSION && format != WITHOUT_GENERATION) {
      throw new MalformedException("an identity of an unknown format");
    }
    var id = new NodeId(in.i64());
    long generation = format == WITHOUT_GENERATION ? 0 : in.i64();
    var identity = new Identity(id, generation, in.i64(), in.i64(), in.i64());
    in.verifyChecksumFrom(0);
    in.end();
    return identity;
  }
}
