package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.MessageCodec;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The one merge rule is a join: whoever has heard the same knows the same. */
class MemberStateTest {
  private static final NodeId MEMBER = new NodeId(7);

  @Test
  void mergingIsCommutativeAssociativeAndIdempotent() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      var a = state(random);
      var b = state(random);
      var c = state(random);
      assertEquals(a.merge(b), b.merge(a));
      assertEquals(a.merge(b.merge(c)), a.merge(b).merge(c));
      assertEquals(a, a.merge(a));
      assertEquals(a.merge(b), a.merge(b).merge(a), "absorbing");
    }
  }

  @Test
  void tablesThatHeardTheSameInAnyOrderAreEqual() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      var told = new ArrayList<MemberState>();
      for (int i = 0; i < 30; i++) {
        told.add(state(random));
      }
      var one = table(told);
      told.addAll(List.copyOf(told.subList(0, 10)));
      Collections.shuffle(told, new Random(seed));
      assertEquals(one.of(MEMBER), table(told).of(MEMBER), "seed " + seed);
    }
  }

  /** SWIM 4.2: at equal claims the worse verdict stands, and only a newer claim takes it back. */
  @Test
  void onlyTheMemberItselfTakesAVerdictBack() {
    var first = Claim.of(MEMBER, 1, 1, 1, 0, 1, 0);
    var alive = new MemberState(first, Verdict.ALIVE);
    assertEquals(Verdict.DOWN, alive.merge(alive.judged(Verdict.DOWN)).verdict());
    assertEquals(
        Verdict.DOWN, alive.judged(Verdict.DOWN).merge(alive.judged(Verdict.SUSPECT)).verdict());
    var objection = new MemberState(Claim.of(MEMBER, 1, 2, 1, 0, 1, 0), Verdict.ALIVE);
    assertEquals(Verdict.ALIVE, alive.judged(Verdict.DOWN).merge(objection).verdict());
    var restarted = new MemberState(Claim.of(MEMBER, 2, 1, 1, 0, 1, 0), Verdict.ALIVE);
    assertEquals(restarted, objection.judged(Verdict.DOWN).merge(restarted));
  }

  @Test
  void aBitThatFlipsAnywhereInAClaimIsNoticed() {
    var claim = Claim.of(MEMBER, 3, 14, 15, 9, 2, Claim.SLOW_DISK);
    assertTrue(claim.isIntact());
    int sum = claim.checksum();
    assertFalse(new Claim(new NodeId(6), 3, 14, 15, 9, 2, 1, sum).isIntact());
    for (int bit = 0; bit < 48; bit++) {
      long flip = 1L << bit;
      assertFalse(new Claim(MEMBER, 3 ^ flip, 14, 15, 9, 2, 1, sum).isIntact());
      assertFalse(new Claim(MEMBER, 3, 14 ^ flip, 15, 9, 2, 1, sum).isIntact());
      assertFalse(new Claim(MEMBER, 3, 14, 15 ^ flip, 9, 2, 1, sum).isIntact());
      assertFalse(new Claim(MEMBER, 3, 14, 15, 9 ^ flip, 2, 1, sum).isIntact());
      assertFalse(new Claim(MEMBER, 3, 14, 15, 9, 2 ^ flip, 1, sum).isIntact());
    }
  }

  @Test
  void statesThatDifferHaveDigestsThatDiffer() {
    var random = new SplittableRandom(2);
    for (int i = 0; i < 20_000; i++) {
      var a = state(random);
      var b = state(random);
      if (a.equals(b)) {
        assertEquals(a.digest(), b.digest());
      } else {
        assertNotEquals(a.digest(), b.digest());
      }
    }
  }

  @Test
  void whatIsSaidOfMembersIsReadAsItWasWritten() throws MalformedException {
    var random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      var states = List.of(state(random), state(random));
      for (Message message :
          List.of(
              new Message.Gossip(MEMBER, List.of(random.nextInt(), 0, -1), states),
              new Message.News(states),
              new Message.Probe(random.nextLong(), MEMBER),
              new Message.ProbeReply(random.nextLong(), random.nextBoolean()))) {
        var envelope = new Envelope(MEMBER, 1, 2, 3, 4, 5, message);
        assertEquals(envelope, MessageCodec.decode(MessageCodec.encode(envelope)));
      }
    }
  }

  private static MemberStates table(List<MemberState> told) {
    var table = new MemberStates();
    table.expect(MEMBER);
    told.forEach(table::merge);
    return table;
  }

  /** From few values, so that ties are common. */
  private static MemberState state(SplittableRandom random) {
    var claim =
        Claim.of(
            MEMBER,
            random.nextInt(3),
            random.nextInt(3),
            random.nextInt(3),
            random.nextInt(2),
            random.nextInt(2),
            random.nextInt(8));
    var verdicts = List.of(Verdict.ALIVE, Verdict.SUSPECT, Verdict.DOWN);
    return new MemberState(claim, verdicts.get(random.nextInt(3)));
  }
}
