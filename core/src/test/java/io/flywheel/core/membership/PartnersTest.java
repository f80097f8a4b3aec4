package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** With whom a round of gossip speaks: data centres of so many members, and the first member. */
final class PartnersTest {
  private static final NodeId SELF = new NodeId(1);
  private static final int ROUNDS = 10_000;

  private final MembershipTable table = new MembershipTable(SELF);
  private int members;

  private void add(String datacenter, int count) {
    for (int i = 0; i < count; i++) {
      var id = new NodeId(++members);
      String name = "node-" + members;
      var zone = new Zone(datacenter, "r1");
      table.add(new Member(id, name, name + ":1", name + ":2", zone, 1), true, 0);
    }
  }

  /** Of all partners, those who stand elsewhere. */
  private double shareFar() {
    var partners = new Partners(SELF, table, new SplittableRandom(4711));
    partners.among(table.others());
    int far = 0;
    int all = 0;
    for (int i = 0; i < ROUNDS; i++) {
      var drawn = partners.draw(0);
      all += drawn.size();
      far += (int) drawn.stream().filter(it -> !table.areNear(SELF, it)).count();
    }
    return (double) far / all;
  }

  @Test
  void oneInFourStandsElsewhere() {
    add("dc1", 30);
    add("dc2", 30);
    add("dc3", 30);
    assertEquals(0.25, shareFar(), 0.02);
  }

  @Test
  void aSmallDataCentreIsNotTurnedToMoreOftenThanItsSizeAsksFor() {
    add("dc1", 98);
    add("dc2", 2);
    assertEquals(0.02, shareFar(), 0.005);
  }

  @Test
  void whoIsAloneTurnsElsewhere() {
    add("dc1", 1);
    add("dc2", 10);
    assertEquals(1, shareFar());
  }

  @Test
  void amongFewEverybodyHasSomebodyElsewhereInNearlyEveryRound() {
    add("dc1", 3);
    add("dc2", 3);
    var partners = new Partners(SELF, table, new SplittableRandom(4711));
    partners.among(table.others());
    int rounds = 0;
    for (int i = 0; i < ROUNDS; i++) {
      boolean crosses = partners.draw(0).stream().anyMatch(it -> !table.areNear(SELF, it));
      rounds += crosses ? 1 : 0;
    }
    assertTrue(rounds > 0.9 * ROUNDS, rounds + " of " + ROUNDS);
  }
}
