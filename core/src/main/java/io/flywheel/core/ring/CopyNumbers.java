package io.flywheel.core.ring;

import io.flywheel.core.model.Replication;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Deals the next ring where the number of copies changes.
 *
 * <p>Every partition keeps whom it can. Where it has too many it gives up who can be done without
 * by {@link Spread} and holds most beyond its quota; where it has too few, members that hold least
 * of theirs are added. What is left to level moves as in any change ({@link Copies}): next to
 * nothing, as a quota falls or rises for all members alike.
 */
final class CopyNumbers {
  private CopyNumbers() {}

  /** Why the copies of a ring cannot become so many; empty where they can. */
  static String objection(Ring ring, Replication next) {
    Replication present = ring.replication();
    if (next.equals(present)) {
      return "there are these copies of each key already: " + present;
    }
    if (next.n() > Ring.MOST_REPLICAS) {
      return "there are " + Ring.MOST_REPLICAS + " copies of a key at the most, not " + next.n();
    }
    return Part.objection(ring.members(), next);
  }

  /**
   * The ring with so many copies, of the next epoch.
   *
   * @throws IllegalArgumentException if there is an {@link #objection}
   */
  static Ring next(Ring ring, Replication replication) {
    String objection = objection(ring, replication);
    if (!objection.isEmpty()) {
      throw new IllegalArgumentException(objection);
    }
    var members = ring.members().toArray(new RingMember[0]);
    var parts = Part.of(members, ring.partitions(), replication);
    for (Part part : parts) {
      keep(ring, part);
      level(part, ring.epoch());
    }
    var deal = new Deal(new Topology(members), ring.partitions(), replication.n());
    for (int partition = 0; partition < ring.partitions(); partition++) {
      var owners = new ArrayList<Integer>(replication.n());
      for (Part part : parts) {
        for (int slot = 0; slot < part.deal().n(); slot++) {
          owners.add(part.placeAt(partition, slot));
        }
      }
      lay(ring, deal, partition, owners);
    }
    Coordinators.level(deal);
    return deal.toRing(ring.epoch() + 1, replication);
  }

  /** Fills the part with those who hold its partitions now, as far as there is room. */
  private static void keep(Ring ring, Part part) {
    Deal kept = part.deal();
    var held = new Deal(part.topology(), ring.partitions(), Math.max(ring.n(), kept.n()));
    for (int partition = 0; partition < ring.partitions(); partition++) {
      int slot = 0;
      for (int old = 0; old < ring.n(); old++) {
        int number = part.numberOf(ring.idAt(ring.replicaAt(partition, old)));
        if (number != Deal.NOBODY) {
          held.put(partition, slot++, number);
        }
      }
    }
    var quotas = quotas(part, held);
    var spread = new Spread(part.topology(), quotas, ring.partitions(), kept.n());
    for (int partition = 0; partition < ring.partitions(); partition++) {
      while (countOf(held, partition) > kept.n()) {
        giveUp(held, partition, quotas, spread);
      }
      int slot = 0;
      for (int i = 0; i < held.n(); i++) {
        if (held.at(partition, i) != Deal.NOBODY) {
          kept.put(partition, slot++, held.at(partition, i));
        }
      }
    }
  }

  private static int countOf(Deal deal, int partition) {
    int count = 0;
    for (int slot = 0; slot < deal.n(); slot++) {
      count += deal.at(partition, slot) == Deal.NOBODY ? 0 : 1;
    }
    return count;
  }

  private static void giveUp(Deal held, int partition, Quotas quotas, Spread spread) {
    int best = -1;
    int leastViolation = Integer.MAX_VALUE;
    int mostSurplus = 0;
    for (int slot = 0; slot < held.n(); slot++) {
      int member = held.at(partition, slot);
      if (member == Deal.NOBODY) {
        continue;
      }
      int surplus = held.held()[member] - quotas.ofMember(member);
      held.put(partition, slot, Deal.NOBODY);
      int violation = spread.violation(held, partition);
      held.put(partition, slot, member);
      if (violation < leastViolation || (violation == leastViolation && surplus > mostSurplus)) {
        best = slot;
        leastViolation = violation;
        mostSurplus = surplus;
      }
    }
    held.put(partition, best, Deal.NOBODY);
  }

  private static void level(Part part, long epoch) {
    Deal deal = part.deal();
    deal.begin();
    var quotas = quotas(part, deal);
    var spread = new Spread(part.topology(), quotas, deal.partitions(), deal.n());
    Copies.level(deal, quotas, spread, Deal.NOBODY, new SplittableRandom(epoch));
  }

  private static Quotas quotas(Part part, Deal held) {
    int members = part.topology().size();
    int copies = part.deal().n();
    return Quotas.of(part.topology(), held.partitions(), copies, held.held(), new boolean[members]);
  }

  /** Those who stay keep their order, and who is new comes after them. */
  private static void lay(Ring ring, Deal deal, int partition, List<Integer> owners) {
    int slot = 0;
    for (int old = 0; old < ring.n(); old++) {
      int place = ring.replicaAt(partition, old);
      if (owners.contains(place)) {
        deal.put(partition, slot++, place);
      }
    }
    for (int place : owners) {
      if (!deal.contains(partition, place)) {
        deal.put(partition, slot++, place);
      }
    }
  }
}
