package io.flywheel.core.replica;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Which owners of a key this node owes the state that it holds (Dynamo 4.6, hinted handoff). A
 * fallback keeps the record of a key that it does not own just for its debts; a primary may owe a
 * reminder. Written in the same batch as the record.
 *
 * @param version a stamp, new whenever something more came to be owed: what was read under another
 *     version does not pay for this one
 * @param era the label of the oldest part of the state that is owed
 * @param bytes what the record took when it was last noted
 * @param owners whom, ascending, each once
 */
public record Debts(long version, long era, long bytes, List<NodeId> owners) {
  public static final Debts NONE = new Debts(0, Long.MAX_VALUE, 0, List.of());

  private static final int FORMAT_VERSION = 1;
  private static final int MAX_OWNERS = 1024;

  public boolean isEmpty() {
    return owners.isEmpty();
  }

  /** With one more owner, and a state with this label merged in. */
  Debts with(NodeId owner, long label, long recordBytes, long newVersion) {
    var all = new ArrayList<>(owners);
    if (!all.contains(owner)) {
      all.add(owner);
      all.sort(null);
    }
    return new Debts(newVersion, Math.min(era, label), recordBytes, List.copyOf(all));
  }

  /** With a state of this label merged in. */
  Debts merged(long label, long newVersion) {
    return new Debts(newVersion, Math.min(era, label), bytes, owners);
  }

  Debts without(List<NodeId> paid) {
    var left = new ArrayList<>(owners);
    left.removeAll(paid);
    return left.isEmpty() ? NONE : new Debts(version, era, bytes, List.copyOf(left));
  }

  public Bytes encode() {
    var out = new ByteWriter();
    out.u8(FORMAT_VERSION).i64(version).varint(era).varint(bytes).varint(owners.size());
    owners.forEach(owner -> out.i64(owner.value()));
    return out.checksumFrom(0).toBytes();
  }

  public static Debts decode(Bytes encoded) throws MalformedException {
    var in = new ByteReader(encoded.array());
    if (in.u8() != FORMAT_VERSION) {
      throw new MalformedException("debts of an unknown format");
    }
    long version = in.i64();
    long era = in.varint();
    long bytes = in.varint();
    int count = in.count(Math.min(MAX_OWNERS, in.remaining() / Long.BYTES));
    var owners = new ArrayList<NodeId>(count);
    for (int i = 0; i < count; i++) {
      owners.add(new NodeId(in.i64()));
    }
    in.verifyChecksumFrom(0);
    in.end();
    return new Debts(version, era, bytes, List.copyOf(owners));
  }
}
