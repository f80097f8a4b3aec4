package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;

/**
 * What placement needs to know of a member.
 *
 * @param weight its share of the data relative to that of others, 1 to {@value #MOST_WEIGHT}
 */
public record RingMember(NodeId id, Zone zone, int weight) {
  public static final int MOST_WEIGHT = 1_000_000;

  /** The longest name of a data centre or rack, in bytes of UTF-8. */
  static final int MOST_NAME_BYTES = 255;

  /** An identity, two empty names, a weight. */
  static final int LEAST_BYTES = 11;

  public RingMember {
    if (weight < 1 || weight > MOST_WEIGHT) {
      throw new IllegalArgumentException("a weight is 1 to 1,000,000, not " + weight);
    }
    checkName("data centre", zone.datacenter());
    checkName("rack", zone.rack());
  }

  public void write(ByteWriter out) {
    out.i64(id.value()).text(zone.datacenter()).text(zone.rack()).varint(weight);
  }

  public static RingMember read(ByteReader in) throws MalformedException {
    var id = new NodeId(in.i64());
    var zone = new Zone(in.text(MOST_NAME_BYTES), in.text(MOST_NAME_BYTES));
    int weight = in.count(MOST_WEIGHT);
    if (weight == 0) {
      throw new MalformedException("a member without weight");
    }
    return new RingMember(id, zone, weight);
  }

  private static void checkName(String what, String name) {
    if (Bytes.utf8(name).length() > MOST_NAME_BYTES) {
      throw new IllegalArgumentException("the name of a " + what + " is above 255 bytes");
    }
  }
}
