package io.flywheel.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What members come to believe of each other, and why. */
class GossipTest {
  @Test
  void everybodyComesToKnowEverybodysEra() {
    var nodes = NodesInOneProcess.formed(5, 3);
    for (Machine machine : nodes.machines) {
      for (MemberView member : machine.node().view(nodes.now()).members()) {
        assertEquals(Liveness.ALIVE, member.state());
        assertTrue(member.era() >= 1, member + " as " + machine.name + " knows it");
        assertEquals("", member.reason());
      }
    }
  }

  @Test
  void aDeadMemberIsCalledDownOnlyAfterOthersWereAskedAndTheReasonSaysWho() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var dead = nodes.machines.get(4);
    var id = dead.node().id();
    nodes.kill(dead);
    nodes.pass(100);
    var one = nodes.machines.get(0);
    assertEquals(Liveness.SUSPECT, view(nodes, one, id).state());
    assertEquals("no connection", view(nodes, one, id).reason());
    nodes.pass(14_900);
    for (Machine machine : nodes.machines.subList(0, 4)) {
      var seen = view(nodes, machine, id);
      assertEquals(Liveness.DOWN, seen.state());
      assertTrue(seen.reason().contains("cannot reach it"), seen.reason());
      assertTrue(machine.reports.stream().anyMatch(text -> text.startsWith("node-5 is DOWN")));
    }
    nodes.start(dead);
    nodes.pass(1_500);
    for (Machine machine : nodes.machines.subList(0, 4)) {
      assertEquals(Liveness.ALIVE, view(nodes, machine, id).state());
      assertTrue(machine.reports.stream().anyMatch(text -> text.equals("node-5 is ALIVE")));
    }
  }

  /** A link between two members is no reason for the others to do without one of them. */
  @Test
  void whomOneAloneCannotReachIsNotGossipedAbout() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var a = nodes.machines.get(0).node().id();
    var b = nodes.machines.get(1).node().id();
    nodes.cut((from, to) -> (from.equals(a) && to.equals(b)) || (from.equals(b) && to.equals(a)));
    nodes.pass(40_000);
    assertEquals(Liveness.DOWN, view(nodes, nodes.machines.get(0), b).state());
    assertEquals(Liveness.DOWN, view(nodes, nodes.machines.get(1), a).state());
    for (Machine machine : nodes.machines.subList(2, 5)) {
      assertTrue(machine.reports.stream().noneMatch(text -> text.contains("is ")), machine.name);
      assertEquals(Liveness.ALIVE, view(nodes, machine, a).state());
      assertEquals(Liveness.ALIVE, view(nodes, machine, b).state());
    }
  }

  /** The one that is cut off thinks badly of everybody; that must not come out when it is back. */
  @Test
  void aMemberThatIsCutOffAccusesNobody() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var alone = nodes.machines.get(0).node().id();
    nodes.cut((from, to) -> from.equals(alone) || to.equals(alone));
    nodes.pass(30_000);
    for (Machine other : nodes.machines.subList(1, 5)) {
      assertEquals(Liveness.DOWN, view(nodes, nodes.machines.get(0), other.node().id()).state());
      assertEquals(Liveness.DOWN, view(nodes, other, alone).state());
    }
    nodes.cut((_, _) -> false);
    nodes.pass(3_000);
    for (Machine machine : nodes.machines) {
      for (MemberView member : machine.node().view(nodes.now()).members()) {
        assertEquals(Liveness.ALIVE, member.state(), machine.name + ": " + member);
      }
      for (Machine other : nodes.machines.subList(1, 5)) {
        String said = other.name + " is ";
        boolean accused =
            machine != nodes.machines.get(0)
                && machine.reports.stream().anyMatch(text -> text.startsWith(said));
        assertFalse(accused, machine.name + " says " + said);
      }
    }
  }

  /** Trap 45: silence that one slept through oneself is nobody's. */
  @Test
  void aMemberThatWasPausedDoubtsItselfFirst() {
    var nodes = NodesInOneProcess.formed(5, 3);
    var sleeper = nodes.machines.get(2);
    nodes.pass(10_000);
    sleeper.paused = true;
    nodes.pass(20_000);
    sleeper.paused = false;
    sleeper.node().wake(nodes.now());
    for (MemberView member : sleeper.node().view(nodes.now()).members()) {
      assertEquals(Liveness.ALIVE, member.state());
    }
    nodes.pass(2_500);
    var seen = view(nodes, nodes.machines.get(0), sleeper.node().id());
    assertEquals(Liveness.ALIVE, seen.state());
    assertEquals("says that it was paused", seen.reason());
    nodes.pass(20_000);
    assertEquals("", view(nodes, nodes.machines.get(0), sleeper.node().id()).reason());
    assertTrue(sleeper.reports.stream().noneMatch(text -> text.contains(" is ")));
  }

  @Test
  void aMemberWithASlowDiskSaysSoAndIsAskedLast() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var key = Key.of("default", "k");
    var slow = nodes.replica(key, 1);
    slow.syncsHang = true;
    nodes.put(nodes.replica(key, 0), key, "v", null);
    nodes.pass(4_000);
    var reader = nodes.replica(key, 0);
    assertEquals("says that its disk is slow", view(nodes, reader, slow.node().id()).reason());
    var asked = new ArrayList<NodeId>();
    nodes.hold(envelope -> noteReply(envelope, asked));
    nodes.get(reader, key, 2);
    assertEquals(List.of(nodes.replica(key, 2).node().id()), asked, "the other one is well");
  }

  private static boolean noteReply(Envelope envelope, List<NodeId> repliers) {
    if (envelope.message() instanceof Message.ReplicaGetReply) {
      repliers.add(envelope.from());
    }
    return envelope.message() instanceof ReplicaGet get && get.request() < 0;
  }

  /** Trap 39: every start is newer than all before it, whatever the clock says. */
  @Test
  void aMemberThatStartsAgainIsBelievedThoughItsClockWentBack() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var restarted = nodes.machines.get(2);
    var id = restarted.node().id();
    nodes.kill(restarted);
    nodes.pass(15_000);
    assertEquals(Liveness.DOWN, view(nodes, nodes.machines.get(0), id).state());
    nodes.setClock(1_600_000_000_000L);
    nodes.start(restarted);
    nodes.pass(1_500);
    assertEquals(Liveness.ALIVE, view(nodes, nodes.machines.get(0), id).state());
  }

  /** Nobody remembers its newer start; but that most are eras ahead says as much. */
  @Test
  void anOlderCopyIsFoundOutAlsoWhenAllOthersHaveBeenStartedAgain() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var machine = nodes.machines.get(2);
    var backup = new TreeMap<>(machine.metadata);
    nodes.pass(6 * 60_000);
    nodes.machines.forEach(nodes::kill);
    machine.metadata.clear();
    machine.metadata.putAll(backup);
    nodes.machines.forEach(nodes::start);
    nodes.pass(10_000);
    var reason = String.valueOf(machine.halted);
    assertTrue(reason.contains("most members are in era"), reason);
    assertNull(nodes.machines.get(0).halted);
    assertNull(nodes.machines.get(1).halted);
  }

  @Test
  void aDirectoryThatWasRestoredFromAnOlderCopyStopsTheNodeAndSaysWhy() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var machine = nodes.machines.get(2);
    var backup = new TreeMap<>(machine.metadata);
    for (int i = 0; i < 2; i++) {
      nodes.kill(machine);
      nodes.start(machine);
      nodes.pass(3_000);
    }
    nodes.kill(machine);
    machine.metadata.clear();
    machine.metadata.putAll(backup);
    nodes.start(machine);
    nodes.pass(3_000);
    var reason = String.valueOf(machine.halted);
    assertTrue(reason.contains("an older copy"), reason);
    assertTrue(reason.contains("start 3"), reason);
  }

  /** Trap 41: what was damaged on its way is not believed, and above all not passed on. */
  @Test
  void damagedGossipIsNotBelieved() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var one = nodes.machines.get(0);
    var other = nodes.machines.get(1).node().id();
    var damaged = new Claim(other, 9, 9, 2, 1, 1, 0, 4711);
    told(nodes, one, new MemberState(damaged, Verdict.DOWN));
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("damaged on its way")));
    var leap = Claim.of(other, 9, 9, 50, 49, 1, 0);
    told(nodes, one, new MemberState(leap, Verdict.ALIVE));
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("era 50 while")));
    var stranger = Claim.of(new NodeId(99), 1, 1, 1, 0, 1, 0);
    told(nodes, one, new MemberState(stranger, Verdict.ALIVE));
    assertTrue(one.reports.stream().anyMatch(text -> text.contains("which is no member")));
    var corrupt = Claim.of(one.node().id(), 1L << 40, 1, 1, 0, 1, 0);
    told(nodes, one, new MemberState(corrupt, Verdict.ALIVE));
    nodes.pass(5_000);
    assertNull(one.halted, "a leap like that is no older copy");
    for (Machine machine : nodes.machines) {
      assertEquals(Liveness.ALIVE, view(nodes, machine, other).state());
      assertEquals(1, view(nodes, machine, other).era());
    }
  }

  @Test
  void whoIsCalledDownAndLivesObjects() {
    var nodes = NodesInOneProcess.formed(3, 3);
    var slandered = nodes.machines.get(1);
    var id = slandered.node().id();
    var claims = new ArrayList<Claim>();
    Predicate<Envelope> note =
        envelope -> {
          if (envelope.message() instanceof News news) {
            news.states().stream()
                .filter(state -> state.member().equals(id))
                .forEach(state -> claims.add(state.claim()));
          }
          return false;
        };
    nodes.hold(note);
    var fresh = Claim.of(id, 1, 1_000, 1, 0, 1, 0);
    told(nodes, nodes.machines.get(0), new MemberState(fresh, Verdict.DOWN));
    nodes.pass(4_000);
    assertTrue(claims.stream().anyMatch(claim -> claim.version() == 1_001), "" + claims);
    for (Machine machine : nodes.machines) {
      assertEquals(Liveness.ALIVE, view(nodes, machine, id).state());
    }
  }

  /** Somebody else's message, as if a member had sent it. */
  private static void told(NodesInOneProcess nodes, Machine receiver, MemberState state) {
    var from = nodes.heartbeatOf(nodes.machines.get(2));
    receiver
        .node()
        .receive(
            nodes.now(),
            new Envelope(
                from.from(),
                from.startId(),
                2_000_000 + nodes.now().monotonicMillis() + receiver.reports.size(),
                from.clusterId(),
                from.settings(),
                1,
                new News(List.of(state))));
    nodes.pass(1);
  }

  private static MemberView view(NodesInOneProcess nodes, Machine at, NodeId of) {
    return at.node().view(nodes.now()).members().stream()
        .filter(member -> member.member().id().equals(of))
        .findFirst()
        .orElseThrow();
  }
}
