package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Members and changes for the tests of this package, drawn from seeds. */
final class Rings {
  private Rings() {}

  /** A node whose id lies anywhere among those of others, as drawn ids do. */
  static NodeId node(int number) {
    return new NodeId(new SplittableRandom(number).nextLong());
  }

  static Zone rack(int rack) {
    return new Zone("dc1", "r" + rack);
  }

  static RingMember member(int number, int rack) {
    return new RingMember(node(number), rack(rack), 1);
  }

  /** {@code count} members of weight 1, dealt to {@code racks} racks in turn. */
  static List<RingMember> members(int count, int racks) {
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < count; i++) {
      members.add(member(i, i % racks));
    }
    return members;
  }

  /** Members of weight 1 on racks of the given sizes. */
  static List<RingMember> onRacks(int... sizes) {
    var members = new ArrayList<RingMember>();
    for (int rack = 0; rack < sizes.length; rack++) {
      for (int i = 0; i < sizes[rack]; i++) {
        members.add(member(members.size(), rack));
      }
    }
    return members;
  }

  /** Up to {@code most} members on random racks in random data centres with random weights. */
  static List<RingMember> random(SplittableRandom random, int least, int most) {
    int count = random.nextInt(least, most + 1);
    int datacenters = random.nextInt(1, 4);
    int racks = random.nextInt(1, 6);
    var members = new ArrayList<RingMember>();
    for (int i = 0; i < count; i++) {
      members.add(randomMember(random, i, datacenters, racks));
    }
    return members;
  }

  static RingMember randomMember(SplittableRandom random, int number, int datacenters, int racks) {
    var zone = new Zone("dc" + random.nextInt(datacenters), "r" + random.nextInt(racks));
    return new RingMember(node(number), zone, random.nextInt(1, 5));
  }
}
