package io.flywheel.core.ring;

/**
 * Evens out who comes first. The first replica of a list coordinates most of its requests, so each
 * member should come first in one n-th of the partitions that it holds, rounded down or up. That is
 * always possible, as each list could give one n-th of its first place to each of its members, and
 * a flow with bounds that are integers can be rounded. Only the order of lists changes, and only
 * where somebody comes first too often.
 */
final class Coordinators extends Levelling {
  private final Deal deal;
  private final Holdings led;

  private Coordinators(Deal deal, Holdings led, int[] surplus, int[] width) {
    super(surplus, width, new int[surplus.length]);
    this.deal = deal;
    this.led = led;
  }

  static void level(Deal deal) {
    int members = deal.topology().size();
    var leads = new int[members];
    var led = new Holdings(members);
    for (int partition = 0; partition < deal.partitions(); partition++) {
      int first = deal.at(partition, 0);
      leads[first]++;
      led.add(first, partition);
    }
    var surplus = new int[members];
    var width = new int[members];
    for (int member = 0; member < members; member++) {
      int held = deal.held()[member];
      surplus[member] = leads[member] - held / deal.n();
      width[member] = held % deal.n() == 0 ? 0 : 1;
    }
    new Coordinators(deal, led, surplus, width).run();
  }

  @Override
  boolean expand(int member, boolean free) {
    for (int left = led.size(member); left > 0; left--) {
      int partition = led.current(member);
      if (deal.at(partition, 0) != member) {
        led.dropCurrent(member);
        continue;
      }
      for (int slot = 1; slot < deal.n(); slot++) {
        if (reach(member, deal.at(partition, slot), partition)) {
          return true;
        }
      }
      led.advance(member);
    }
    return false;
  }

  @Override
  void shift(int partition, int giver, int taker) {
    deal.swapSlots(partition, 0, deal.slotOf(partition, taker));
    led.add(taker, partition);
  }
}
