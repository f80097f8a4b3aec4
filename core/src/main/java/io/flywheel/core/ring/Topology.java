package io.flywheel.core.ring;

import io.flywheel.core.model.Zone;
import java.util.Arrays;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The members of a ring as placement sees them: numbered by id, standing in numbered racks in
 * numbered data centres. A rack is one only together with its data centre.
 */
final class Topology {
  private final RingMember[] members;
  private final int[] rackOfMember;
  private final int[] datacenterOfRack;
  private final int[][] membersOfRack;
  private final int datacenters;

  /** Takes members in ascending order of their ids. */
  Topology(RingMember[] members) {
    this.members = members;
    var racks = new TreeMap<Zone, Integer>();
    for (RingMember member : members) {
      racks.put(member.zone(), 0);
    }
    datacenterOfRack = new int[racks.size()];
    int rack = 0;
    int datacenter = -1;
    String last = null;
    for (var entry : racks.entrySet()) {
      String name = entry.getKey().datacenter();
      if (!name.equals(last)) {
        datacenter++;
        last = name;
      }
      datacenterOfRack[rack] = datacenter;
      entry.setValue(rack++);
    }
    datacenters = datacenter + 1;
    rackOfMember = new int[members.length];
    var sizes = new int[rack];
    for (int i = 0; i < members.length; i++) {
      rackOfMember[i] = Objects.requireNonNull(racks.get(members[i].zone()));
      sizes[rackOfMember[i]]++;
    }
    membersOfRack = new int[rack][];
    Arrays.setAll(membersOfRack, r -> new int[sizes[r]]);
    for (int i = members.length - 1; i >= 0; i--) {
      int r = rackOfMember[i];
      membersOfRack[r][--sizes[r]] = i;
    }
  }

  int size() {
    return members.length;
  }

  RingMember[] members() {
    return members;
  }

  int racks() {
    return membersOfRack.length;
  }

  int datacenters() {
    return datacenters;
  }

  int rackOf(int member) {
    return rackOfMember[member];
  }

  int datacenterOfRack(int rack) {
    return datacenterOfRack[rack];
  }

  /** Ascending. */
  int[] membersOfRack(int rack) {
    return membersOfRack[rack];
  }
}
