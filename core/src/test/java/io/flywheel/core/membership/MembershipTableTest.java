package io.flywheel.core.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import org.junit.jupiter.api.Test;

class MembershipTableTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId OTHER = new NodeId(2);

  private final MembershipTable table = new MembershipTable(SELF);

  MembershipTableTest() {
    table.add(member(SELF), false, 0);
    table.add(member(OTHER), true, 0);
  }

  @Test
  void regularHeartbeatsKeepAMemberAlive() {
    for (long now = 1000; now < 60_000; now += 1000) {
      table.heartbeat(OTHER, now);
      assertEquals(Liveness.ALIVE, table.state(OTHER, now + 900));
    }
  }

  @Test
  void silenceIsSuspectThenDownAndAWordIsEnoughToBeBack() {
    for (long now = 1000; now <= 20_000; now += 1000) {
      table.heartbeat(OTHER, now);
    }
    assertEquals(Liveness.ALIVE, table.state(OTHER, 21_500));
    assertEquals(Liveness.SUSPECT, table.state(OTHER, 26_000));
    assertEquals(Liveness.DOWN, table.state(OTHER, 31_000));
    table.heartbeat(OTHER, 40_000);
    assertEquals(Liveness.ALIVE, table.state(OTHER, 40_500));
    assertTrue(table.phi(OTHER, 40_500) < 8, "an absence is no interval");
  }

  @Test
  void anUnansweredRequestIsNoticedAtOnce() {
    table.heartbeat(OTHER, 1000);
    table.unanswered(OTHER, 900, 1500);
    assertTrue(table.isAlive(OTHER, 1500), "heard since the request was sent");
    table.unanswered(OTHER, 1050, 1100);
    assertTrue(table.isAlive(OTHER, 1100), "a client's impatience is no reason");
    table.unanswered(OTHER, 1050, 1500);
    assertFalse(table.isAlive(OTHER, 1500));
    table.heard(OTHER, 1600);
    assertTrue(table.isAlive(OTHER, 1600));
  }

  @Test
  void withoutAConnectionAMemberIsNotAlive() {
    table.heartbeat(OTHER, 1000);
    table.disconnected(OTHER, 1001);
    assertEquals(Liveness.SUSPECT, table.state(OTHER, 1001));
    table.connected(OTHER, 1002);
    assertEquals(Liveness.ALIVE, table.state(OTHER, 1003));
  }

  @Test
  void strangersAreDown() {
    assertEquals(Liveness.DOWN, table.state(new NodeId(9), 0));
    assertEquals(-1, table.silentMillis(new NodeId(9), 0));
    assertEquals(Liveness.ALIVE, table.state(SELF, 0));
  }

  /** The formula itself, in a table: silence of a member that beats once a second. */
  @Test
  void phiGrowsWithSilence() {
    assertEquals(0.3, PhiAccrualDetector.phi(1000, 1000, 200), 0.01);
    assertEquals(2.9, PhiAccrualDetector.phi(1600, 1000, 200), 0.1);
    assertTrue(PhiAccrualDetector.phi(2200, 1000, 200) > 8);
    assertTrue(Double.isFinite(PhiAccrualDetector.phi(1e9, 1000, 200)));
  }

  @Test
  void aSilenceThatIsNotLongerThanUsualIsJudgedWithoutAskingForPhi() {
    var detector = new PhiAccrualDetector(0, 1000);
    for (long beat = 1; beat <= 100; beat++) {
      detector.arrived(1000 * beat + beat % 7);
    }
    for (long silence = 0; silence < 3000; silence++) {
      long now = 100_002 + silence;
      assertEquals(detector.phi(now) >= 8, detector.isAtLeast(8, now), "silent for " + silence);
    }
  }

  private static Member member(NodeId id) {
    return new Member(id, "node-" + id.value(), "c", "p", Zone.DEFAULT, 1);
  }
}
