package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
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
 * lists ({@link Coordinators}). A change moves only what must move ({@link Copies}).
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
    Partition.checkCount(partitions);
    if (n < 1 || n > Ring.MOST_REPLICAS) {
      throw new IllegalArgumentException("a partition has 1 to 16 replicas, not " + n);
    }
    RingMember[] sorted = sorted(members, n);
    var topology = new Topology(sorted);
    var deal = new Deal(topology, partitions, n);
    Quotas quotas = Quotas.of(topology, partitions, n, new int[sorted.length]);
    var random = new SplittableRandom(partitions);
    dealOut(deal, quotas, Copies.shuffled(partitions, random));
    mix(deal, new Spread(topology, quotas, partitions, n), random);
    Coordinators.level(deal);
    return deal.toRing(1);
  }

  /** The ring after a change, of the next epoch. */
  public static Ring next(Ring ring, RingChange change) {
    var members = new ArrayList<>(ring.members());
    NodeId heir = null;
    NodeId subject = null;
    switch (change) {
      case RingChange.Add(var member) -> {
        members.add(member);
        subject = member.id();
      }
      case RingChange.Remove(var node) -> members.remove(known(ring, node));
      case RingChange.Replace(var old, var by) -> {
        members.remove(known(ring, old));
        if (by.id().equals(old)) {
          throw new IllegalArgumentException(old + " cannot replace itself");
        }
        members.add(by);
        heir = by.id();
        subject = heir;
      }
      case RingChange.Reweigh(var node, var weight) -> {
        RingMember member = known(ring, node);
        members.set(members.indexOf(member), new RingMember(node, member.zone(), weight));
        subject = node;
      }
    }
    return next(ring, sorted(members, ring.n()), heir, subject);
  }

  /** The members that left give their places to the heir, if there is one. */
  private static Ring next(
      Ring ring, RingMember[] members, @Nullable NodeId heir, @Nullable NodeId subject) {
    var topology = new Topology(members);
    var deal = new Deal(topology, ring.partitions(), ring.n());
    var numbers = new int[ring.memberCount()];
    Arrays.setAll(numbers, old -> Ring.indexOf(members, ring.idAt(old)));
    for (int partition = 0; partition < ring.partitions(); partition++) {
      for (int slot = 0; slot < ring.n(); slot++) {
        deal.put(partition, slot, numbers[ring.replicaAt(partition, slot)]);
      }
    }
    deal.begin();
    if (heir != null) {
      deal.fillHoles(Ring.indexOf(members, heir));
    }
    Quotas quotas = Quotas.of(topology, ring.partitions(), ring.n(), deal.held());
    var spread = new Spread(topology, quotas, ring.partitions(), ring.n());
    int exact = subject == null ? Deal.NOBODY : Ring.indexOf(members, subject);
    Copies.level(deal, quotas, spread, exact, new SplittableRandom(ring.epoch()));
    Coordinators.level(deal);
    return deal.toRing(ring.epoch() + 1);
  }

  private static RingMember known(Ring ring, NodeId node) {
    RingMember member = ring.member(node);
    if (member == null) {
      throw new IllegalArgumentException(node + " is not a member");
    }
    return member;
  }

  private static RingMember[] sorted(List<RingMember> members, int n) {
    if (members.size() < n) {
      throw new IllegalArgumentException(
          n + " replicas need " + n + " members, and there are " + members.size());
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
    for (int partition = 0; partition < deal.partitions(); partition++) {
      for (int slot = n - 1; slot > 0; slot--) {
        deal.swapSlots(partition, slot, random.nextInt(slot + 1));
      }
    }
  }
}
