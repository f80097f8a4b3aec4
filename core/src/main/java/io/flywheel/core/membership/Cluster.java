package io.flywheel.core.membership;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as it was formed: its id, its members and its ring, durable before a node serves.
 *
 * @param settings the fingerprint of the settings that it was formed with
 */
public record Cluster(long id, long settings, List<Member> members, Ring ring) {
  private static final int FORMAT_VERSION = 1;

  public @Nullable Member member(NodeId id) {
    for (Member member : members) {
      if (member.id().equals(id)) {
        return member;
      }
    }
    return null;
  }

  public @Nullable Member named(String name) {
    for (Member member : members) {
      if (member.name().equals(name)) {
        return member;
      }
    }
    return null;
  }

  public Bytes encode() {
    var out = new ByteWriter();
    out.u8(FORMAT_VERSION).i64(id).i64(settings).varint(members.size());
    members.forEach(member -> member.write(out));
    ring.write(out);
    return out.checksumFrom(0).toBytes();
  }

  public static Cluster decode(Bytes bytes) throws MalformedException {
    var in = new ByteReader(bytes.array());
    if (in.u8() != FORMAT_VERSION) {
      throw new MalformedException("a cluster of an unknown format");
    }
    long id = in.i64();
    long settings = in.i64();
    int count = in.count(in.remaining());
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(Member.read(in));
    }
    var ring = Ring.read(in);
    in.verifyChecksumFrom(0);
    in.end();
    return new Cluster(id, settings, List.copyOf(members), ring);
  }
}
