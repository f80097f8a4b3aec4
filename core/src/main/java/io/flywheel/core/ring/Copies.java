package io.flywheel.core.ring;

import java.util.SplittableRandom;

/**
 * Brings the copies of all partitions to their quotas, by moving as few as it can.
 *
 * <p>First every partition is mended by itself: the place of a member that has left is filled, and
 * where {@link Spread} is broken one replica after the other is replaced by the member that mends
 * most and, among those, lacks most copies. Such a descent cannot get stuck: the rule bounds the
 * sums over nested groups, and a sum of convex functions of nested groups has no local minimum
 * under single exchanges (Murota 2003, M-convexity). Then {@link Levelling} moves single copies
 * within the rule. A copy that is on its way to a new holder anyway moves on to another one for
 * free; beyond that members stay where they are within 1/32 of their quotas, since removing a
 * member can leave its rack a little above them, and sending copies from there to other racks would
 * make up for nothing. Only the member that is added, or has a new weight, gets its exact quota.
 *
 * <p>Cost: proportional to the copies, to find who holds what, and to the copies moved times the
 * members. Which copies a member gives away is drawn by lot, or those of neighbouring partitions
 * would gather on the same members.
 */
final class Copies extends Levelling {
  private static final int SLACK_DIVISOR = 32;

  private final Deal deal;
  private final Spread spread;
  private final Holdings held;
  private final Holdings gained;
  private final int[][] open;
  private final int[] openSize;
  private final int[] openRacks;
  private int openRackCount;

  private Copies(Deal deal, Spread spread, int[] surplus, int[] slack) {
    super(surplus, new int[surplus.length], slack);
    this.deal = deal;
    this.spread = spread;
    this.held = new Holdings(surplus.length);
    this.gained = new Holdings(surplus.length);
    int racks = deal.topology().racks();
    open = new int[racks][];
    for (int rack = 0; rack < racks; rack++) {
      open[rack] = deal.topology().membersOfRack(rack).clone();
    }
    openSize = new int[racks];
    openRacks = new int[racks];
  }

  /** Levels {@code deal}, and gives the member {@code exact}, if there is one, its exact quota. */
  static void level(Deal deal, Quotas quotas, Spread spread, int exact, SplittableRandom random) {
    mend(deal, quotas, spread);
    var surplus = new int[deal.topology().size()];
    var slack = new int[surplus.length];
    for (int member = 0; member < surplus.length; member++) {
      surplus[member] = deal.held()[member] - quotas.ofMember(member);
      slack[member] = member == exact ? 0 : quotas.ofMember(member) / SLACK_DIVISOR;
    }
    var copies = new Copies(deal, spread, surplus, slack);
    for (int partition : shuffled(deal.partitions(), random)) {
      for (int slot = 0; slot < deal.n(); slot++) {
        copies.hold(deal.at(partition, slot), partition);
      }
    }
    copies.run();
  }

  static int[] shuffled(int count, SplittableRandom random) {
    var order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static void mend(Deal deal, Quotas quotas, Spread spread) {
    for (int partition = 0; partition < deal.partitions(); partition++) {
      int hole = deal.slotOf(partition, Deal.NOBODY);
      while (hole >= 0) {
        improve(deal, quotas, spread, partition, hole, hole + 1);
        hole = deal.slotOf(partition, Deal.NOBODY);
      }
      int violation = spread.violation(deal, partition);
      while (violation > 0) {
        improve(deal, quotas, spread, partition, 0, deal.n());
        int mended = spread.violation(deal, partition);
        if (mended >= violation) {
          throw new IllegalStateException("partition " + partition + " cannot be mended");
        }
        violation = mended;
      }
    }
  }

  /** Makes the best exchange of one replica among those in the given slots. */
  private static void improve(
      Deal deal, Quotas quotas, Spread spread, int partition, int firstSlot, int endSlot) {
    int bestSlot = -1;
    int bestMember = -1;
    int bestViolation = Integer.MAX_VALUE;
    int bestNeed = 0;
    for (int rack = 0; rack < deal.topology().racks(); rack++) {
      int member = neediest(deal, quotas, partition, rack);
      for (int slot = firstSlot; slot < endSlot && member != Deal.NOBODY; slot++) {
        int leaving = deal.at(partition, slot);
        int need = need(deal, quotas, member);
        need -= leaving == Deal.NOBODY ? 0 : need(deal, quotas, leaving);
        deal.put(partition, slot, member);
        int violation = spread.violation(deal, partition);
        deal.put(partition, slot, leaving);
        if (violation < bestViolation || (violation == bestViolation && need > bestNeed)) {
          bestSlot = slot;
          bestMember = member;
          bestViolation = violation;
          bestNeed = need;
        }
      }
    }
    deal.put(partition, bestSlot, bestMember);
  }

  /** Of a rack's members that do not hold the partition the one that lacks most copies. */
  private static int neediest(Deal deal, Quotas quotas, int partition, int rack) {
    int neediest = Deal.NOBODY;
    for (int member : deal.topology().membersOfRack(rack)) {
      if (!deal.contains(partition, member)
          && (neediest == Deal.NOBODY
              || need(deal, quotas, member) > need(deal, quotas, neediest))) {
        neediest = member;
      }
    }
    return neediest;
  }

  private static int need(Deal deal, Quotas quotas, int member) {
    return quotas.ofMember(member) - deal.held()[member];
  }

  private void hold(int member, int partition) {
    held.add(member, partition);
    if (deal.isNew(partition, member)) {
      gained.add(member, partition);
    }
  }

  @Override
  void begin() {
    openRackCount = open.length;
    for (int rack = 0; rack < open.length; rack++) {
      openRacks[rack] = rack;
      openSize[rack] = open[rack].length;
    }
  }

  @Override
  boolean expand(int member, boolean free) {
    Holdings holdings = free ? gained : held;
    for (int left = holdings.size(member); left > 0 && openRackCount > 0; left--) {
      int partition = holdings.current(member);
      if (!deal.contains(partition, member)) {
        holdings.dropCurrent(member);
        continue;
      }
      for (int i = openRackCount - 1; i >= 0; i--) {
        int rack = openRacks[i];
        if (spread.allows(deal, partition, member, rack) && expand(member, partition, rack)) {
          return true;
        }
        if (openSize[rack] == 0) {
          openRacks[i] = openRacks[--openRackCount];
        }
      }
      holdings.advance(member);
    }
    return false;
  }

  private boolean expand(int member, int partition, int rack) {
    int[] unseen = open[rack];
    for (int i = openSize[rack] - 1; i >= 0; i--) {
      int taker = unseen[i];
      if (!seen(taker)) {
        if (deal.contains(partition, taker)) {
          continue;
        }
        if (reach(member, taker, partition)) {
          return true;
        }
      }
      int last = --openSize[rack];
      unseen[i] = unseen[last];
      unseen[last] = taker;
    }
    return false;
  }

  @Override
  void shift(int partition, int giver, int taker) {
    deal.replace(partition, giver, taker);
    hold(taker, partition);
  }
}
