package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Deals the first ring and each next one: pure functions, with the same result on every JVM.
 *
 * <p><b>What.</b> The n replicas of a partition stand on n distinct members, on distinct racks and
 * data centres as far as these suffice ({@link Spread}), each member holds copies in proportion to
 * its weight as far as that leaves room ({@link Quotas}), and each comes first in its share of the
 * lists ({@link Coordinators}). A change moves only what must move ({@link Copies}). Where data
 * centres have numbers of copies of their own, each is dealt by itself ({@link Part}). The number
 * of copies may change, too ({@link CopyNumbers}).
 *
 * <p><b>The first deal.</b> Members are ordered by data centre, rack and id, and the partitions
 * stand in a circle. Each member in turn lays its quota of copies before consecutive partitions;
 * after n rounds each partition has n. No member's quota is above Q, so none meets the same
 * partition twice; nor does a rack whose quota is at most Q, and one with at least Q misses no
 * partition. So balance and spread are both exact from the start (it is systematic sampling, Madow
 * 1949, upon a hierarchy). Such a deal would make each member share its partitions with few others,
 * which would then have to carry all of its load when it fails. So the partitions are shuffled, and
 * pairs of copies drawn by lot change places wherever the rule allows.
 *
 * <p><b>Dynamo</b> (section 6.2, strategy 3) deals Q/S tokens to each of S nodes and derives
 * replica lists from neighbouring tokens. There one token that moves changes n lists; here each
 * partition keeps a list of its own, and a new member takes exactly its quota.
 *
 * <p><b>Cost.</b> Linear in Q * n, plus, for a change, the copies moved times the members.
 */
public final class Placement {
  private static final int EXCHANGES_PER_COPY = 4;

  private Placement() {}

  /** The first ring, of epoch 1. */
  public static Ring form(List<RingMember> members, int partitions, int n) {
    checkReplicas(n);
    return form(members, partitions, Replication.spread(n));
  }

  /** The same, with numbers of copies for data centres where {@code replication} has them. */
  public static Ring form(List<RingMember> members, int partitions, Replication replication) {
    Partition.checkCount(partitions);
    int n = replication.n();
    checkReplicas(n);
    RingMember[] sorted = sorted(members, replication);
    var deal = new Deal(new Topology(sorted), partitions, n);
    var random = new SplittableRandom(partitions);
    List<Part> parts = Part.of(sorted, partitions, replication);
    int first = 0;
    for (Part part : parts) {
      form(part, random);
      for (int partition = 0; partition < partitions; partition++) {
        for (int slot = 0; slot < part.deal().n(); slot++) {
          deal.put(partition, first + slot, part.placeAt(partition, slot));
        }
      }
      first += part.deal().n();
    }
    if (parts.size() > 1) {
      shuffleLists(deal, random);
    }
    Coordinators.level(deal);
    return deal.toRing(1, replication);
  }

  private static void checkReplicas(int n) {
    if (n < 1 || n > Ring.MOST_REPLICAS) {
      throw new IllegalArgumentException("a partition has 1 to 16 replicas, not " + n);
    }
  }

  private static void form(Part part, SplittableRandom random) {
    Deal deal = part.deal();
    Topology topology = part.topology();
    Quotas quotas = Quotas.of(topology, deal.partitions(), deal.n());
    dealOut(deal, quotas, Copies.shuffled(deal.partitions(), random));
    mix(deal, new Spread(topology, quotas, deal.partitions(), deal.n()), random);
    shuffleLists(deal, random);
  }

  /** Why there cannot be a first ring of these members; empty where there can. */
  public static String objection(List<RingMember> members, Replication replication) {
    return Part.objection(members, replication);
  }

  /**
   * Why too few members would be left, one stand where there are no copies, or these numbers of
   * copies not be; else empty.
   */
  public static String objection(Ring ring, RingChange change) {
    return change instanceof RingChange.Replicate(var replication)
        ? CopyNumbers.objection(ring, replication)
        : Part.objection(membersAfter(ring, change), ring.replication());
  }

  /** The ring after a change, of the next epoch. */
  public static Ring next(Ring ring, RingChange change) {
    return next(ring, change, List.of());
  }

  /** The same, where members are lost: they get no larger share, where the others have room. */
  public static Ring next(Ring ring, RingChange change, List<NodeId> lost) {
    RingMember[] members = sorted(membersAfter(ring, change), ring.replication());
    return switch (change) {
      case RingChange.Add(var member) -> next(ring, members, null, member.id(), lost);
      case RingChange.Remove _, RingChange.Leave _ -> next(ring, members, null, null, lost);
      case RingChange.Replace(_, var by) -> next(ring, members, by.id(), by.id(), lost);
      case RingChange.Reweigh(var node, _) -> next(ring, members, null, node, lost);
      case RingChange.Replicate(var replication) -> CopyNumbers.next(ring, replication);
    };
  }

  private static List<RingMember> membersAfter(Ring ring, RingChange change) {
    var members = new ArrayList<>(ring.members());
    switch (change) {
      case RingChange.Add(var member) -> members.add(member);
      case RingChange.Remove(var node) -> members.remove(known(ring, node));
      case RingChange.Leave(var node) -> members.remove(known(ring, node));
      case RingChange.Replace(var old, var by) -> {
        members.remove(known(ring, old));
        if (by.id().equals(old)) {
          throw new IllegalArgumentException(old + " cannot replace itself");
        }
        members.add(by);
      }
      case RingChange.Reweigh(var node, var weight) -> {
        RingMember member = known(ring, node);
        members.set(members.indexOf(member), new RingMember(node, member.zone(), weight));
      }
      case RingChange.Replicate _ -> {}
    }
    return members;
  }

  /** Each part changes by itself; in every list each part keeps its places. */
  private static Ring next(
      Ring ring,
      RingMember[] members,
      @Nullable NodeId heir,
      @Nullable NodeId subject,
      List<NodeId> lost) {
    int partitions = ring.partitions();
    List<Part> parts = Part.of(members, partitions, ring.replication());
    var partOf = new int[ring.memberCount()];
    var numbers = new int[ring.memberCount()];
    for (int old = 0; old < partOf.length; old++) {
      RingMember member = ring.members().get(old);
      while (!parts.get(partOf[old]).covers(member)) {
        partOf[old]++;
      }
      numbers[old] = parts.get(partOf[old]).numberOf(member.id());
    }
    for (int partition = 0; partition < partitions; partition++) {
      var filled = new int[parts.size()];
      for (int slot = 0; slot < ring.n(); slot++) {
        int old = ring.replicaAt(partition, slot);
        int part = partOf[old];
        parts.get(part).deal().put(partition, filled[part]++, numbers[old]);
      }
    }
    for (Part part : parts) {
      if (!part.consistsOf(ring.members())) {
        change(part, heir, subject, lost, ring.epoch());
      }
    }
    var deal = new Deal(new Topology(members), partitions, ring.n());
    for (int partition = 0; partition < partitions; partition++) {
      var taken = new int[parts.size()];
      for (int slot = 0; slot < ring.n(); slot++) {
        int part = partOf[ring.replicaAt(partition, slot)];
        deal.put(partition, slot, parts.get(part).placeAt(partition, taken[part]++));
      }
    }
    Coordinators.level(deal);
    return deal.toRing(ring.epoch() + 1, ring.replication());
  }

  /** The members that left give their places to the heir, if it is in the same part. */
  private static void change(
      Part part, @Nullable NodeId heir, @Nullable NodeId subject, List<NodeId> lost, long epoch) {
    Deal deal = part.deal();
    Topology topology = part.topology();
    deal.begin();
    if (part.numberOf(heir) != Deal.NOBODY) {
      deal.fillHoles(part.numberOf(heir));
    }
    boolean[] isLost = part.areIn(lost);
    Quotas quotas = Quotas.of(topology, deal.partitions(), deal.n(), deal.held(), isLost);
    var spread = new Spread(topology, quotas, deal.partitions(), deal.n());
    Copies.level(deal, quotas, spread, part.numberOf(subject), new SplittableRandom(epoch));
  }

  private static RingMember known(Ring ring, NodeId node) {
    RingMember member = ring.member(node);
    if (member == null) {
      throw new IllegalArgumentException(node + " is not a member");
    }
    return member;
  }

  private static RingMember[] sorted(List<RingMember> members, Replication replication) {
    String objection = Part.objection(members, replication);
    if (!objection.isEmpty()) {
      throw new IllegalArgumentException(objection);
    }
    if (members.size() > Ring.MOST_MEMBERS) {
      throw new IllegalArgumentException("a ring has at most 65,535 members");
    }
    var sorted = members.toArray(new RingMember[0]);
    Arrays.sort(sorted, Comparator.comparing(RingMember::id));
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i].id().equals(sorted[i - 1].id())) {
        throw new IllegalArgumentException(sorted[i].id() + " is a member twice");
      }
    }
    return sorted;
  }

  private static void dealOut(Deal deal, Quotas quotas, int[] circle) {
    Topology topology = deal.topology();
    int dealt = 0;
    for (int rack = 0; rack < topology.racks(); rack++) {
      for (int member : topology.membersOfRack(rack)) {
        for (int i = quotas.ofMember(member); i > 0; i--) {
          deal.put(circle[dealt % circle.length], dealt / circle.length, member);
          dealt++;
        }
      }
    }
  }

  private static void mix(Deal deal, Spread spread, SplittableRandom random) {
    int n = deal.n();
    for (int i = deal.partitions() * n * EXCHANGES_PER_COPY; i > 0; i--) {
      int one = random.nextInt(deal.partitions());
      int other = random.nextInt(deal.partitions());
      int a = deal.at(one, random.nextInt(n));
      int b = deal.at(other, random.nextInt(n));
      if (!deal.contains(other, a)
          && !deal.contains(one, b)
          && spread.allows(deal, one, a, deal.topology().rackOf(b))
          && spread.allows(deal, other, b, deal.topology().rackOf(a))) {
        deal.replace(one, a, b);
        deal.replace(other, b, a);
      }
    }
  }

  private static void shuffleLists(Deal deal, SplittableRandom random) {
    for (int partition = 0; partition < deal.partitions(); partition++) {
      for (int slot = deal.n() - 1; slot > 0; slot--) {
        deal.swapSlots(partition, slot, random.nextInt(slot + 1));
      }
    }
  }
}
