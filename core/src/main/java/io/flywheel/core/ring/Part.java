package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members that share copies among themselves: all of a ring, or, where data centres have
 * numbers of copies of their own, those of one. Each part is dealt and changed as if it were a ring
 * with so many replicas; so within a data centre there are the same balance, spread over racks and
 * few moves, and no change in one of them moves anything in another.
 */
final class Part {
  private final Topology topology;
  private final boolean everywhere;
  private final int[] places;
  private final Deal deal;

  /**
   * A part without copies.
   *
   * @param places where its members stand among all members of the ring, ascending
   * @param everywhere whether it has them all
   */
  private Part(RingMember[] all, int[] places, boolean everywhere, int partitions, int n) {
    this.places = places;
    this.everywhere = everywhere;
    var members = new RingMember[places.length];
    Arrays.setAll(members, i -> all[places[i]]);
    topology = new Topology(members);
    deal = new Deal(topology, partitions, n);
  }

  /** In the order of their names. */
  static List<Part> of(RingMember[] members, int partitions, Replication replication) {
    var parts = new ArrayList<Part>();
    if (!replication.isByDatacenter()) {
      var places = new int[members.length];
      Arrays.setAll(places, i -> i);
      parts.add(new Part(members, places, true, partitions, replication.n()));
      return parts;
    }
    replication
        .byDatacenter()
        .forEach(
            (name, copies) ->
                parts.add(new Part(members, inside(members, name), false, partitions, copies)));
    return parts;
  }

  private static int[] inside(RingMember[] members, String datacenter) {
    var places = new int[members.length];
    int count = 0;
    for (int i = 0; i < members.length; i++) {
      if (datacenterOf(members[i]).equals(datacenter)) {
        places[count++] = i;
      }
    }
    return Arrays.copyOf(places, count);
  }

  /** Why copies cannot be dealt to these members; empty where they can. */
  static String objection(List<RingMember> members, Replication replication) {
    if (!replication.isByDatacenter()) {
      int n = replication.n();
      return members.size() < n
          ? n + " replicas need " + n + " members, and there are " + members.size()
          : "";
    }
    var byDatacenter = replication.byDatacenter();
    for (RingMember member : members) {
      String datacenter = datacenterOf(member);
      if (!byDatacenter.containsKey(datacenter)) {
        return member.id() + " stands in " + datacenter + ", which has no copies: " + replication;
      }
    }
    for (var entry : byDatacenter.entrySet()) {
      long there =
          members.stream().filter(member -> datacenterOf(member).equals(entry.getKey())).count();
      if (there < entry.getValue()) {
        return entry.getValue()
            + " replicas in "
            + entry.getKey()
            + " need "
            + entry.getValue()
            + " members there, and there are "
            + there;
      }
    }
    return "";
  }

  Topology topology() {
    return topology;
  }

  Deal deal() {
    return deal;
  }

  /** Where whoever holds this stands among all members of the ring. */
  int placeAt(int partition, int slot) {
    return places[deal.at(partition, slot)];
  }

  /** The number in this part of whoever has this identity, or {@link Deal#NOBODY}. */
  int numberOf(@Nullable NodeId node) {
    return node == null ? Deal.NOBODY : Ring.indexOf(topology.members(), node);
  }

  /** For each of its members whether it is one of these. */
  boolean[] areIn(List<NodeId> nodes) {
    var are = new boolean[topology.size()];
    for (NodeId node : nodes) {
      int number = numberOf(node);
      if (number >= 0 && number < are.length) {
        are[number] = true;
      }
    }
    return are;
  }

  /** Whether this is the part of a member, or would be if it still were one. */
  boolean covers(RingMember member) {
    return everywhere || datacenterOf(topology.members()[0]).equals(datacenterOf(member));
  }

  /** Whether these of its members are all of them, as they are now. */
  boolean consistsOf(List<RingMember> members) {
    return members.stream().filter(this::covers).toList().equals(List.of(topology.members()));
  }

  private static String datacenterOf(RingMember member) {
    return member.zone().datacenter();
  }
}
