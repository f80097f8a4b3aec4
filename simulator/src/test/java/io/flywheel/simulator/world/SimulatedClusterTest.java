package io.flywheel.simulator.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three real nodes in simulated surroundings: what befalls them is what they notice. */
final class SimulatedClusterTest {
  private static final long SECOND = 1_000_000;
  private static final List<String> NAMES = List.of("ada", "bob", "cy");

  private final EventQueue events = new EventQueue();
  private final List<String> halted = new ArrayList<>();
  private final SimulatedCluster cluster =
      new SimulatedCluster(
          events, new Trace(events, null), Conditions.fair(), new SplittableRandom(1));
  private final SimulatedMachine ada = add("ada");
  private final SimulatedMachine bob = add("bob");
  private final SimulatedMachine cy = add("cy");

  @BeforeEach
  void theyFormACluster() {
    cluster.witness(
        new Witness() {
          @Override
          public void halted(SimulatedProcess process, String reason) {
            halted.add(process.machine().toString());
          }
        });
    cluster.machines().forEach(cluster::start);
    pass(5 * SECOND);
    cluster.machines().forEach(machine -> assertTrue(process(machine).view().serving()));
  }

  @Test
  void aMachineThatIsNotHeardIsDownToThoseThatDoNotHearIt() {
    cluster.network().cut(ada, bob);
    pass(15 * SECOND);
    assertEquals(Liveness.DOWN, state(bob, "ada"));
    assertEquals(Liveness.ALIVE, state(cy, "ada"));
    cluster.network().mend(ada, bob);
    pass(5 * SECOND);
    assertEquals(Liveness.ALIVE, state(bob, "ada"));
  }

  @Test
  void aPausedProcessDoesNothingAndCatchesUp() {
    process(ada).pause();
    pass(15 * SECOND);
    assertEquals(Liveness.DOWN, state(bob, "ada"));
    process(ada).resume();
    pass(5 * SECOND);
    assertEquals(Liveness.ALIVE, state(bob, "ada"));
    assertEquals(15 * SECOND, process(ada).pausedMicros());
  }

  @Test
  void aMachineThatLosesPowerComesBackAsTheSameNode() {
    var before = process(ada);
    cluster.crash(ada, true, "test");
    assertNull(ada.process());
    assertFalse(before.alive());
    cluster.start(ada);
    pass(5 * SECOND);
    assertEquals(before.id(), process(ada).id());
    assertNotEquals(before.view().incarnation(), process(ada).view().incarnation());
    assertEquals(Liveness.ALIVE, state(bob, "ada"));
  }

  @Test
  void aCopiedDirectoryDoesNotRunBesideItsOriginal() {
    var copy = cluster.addMachine(config("ada", "copy:7501"), clock(), true);
    ada.disk().copyTo(copy.disk());
    cluster.start(copy);
    pass(10 * SECOND);
    assertFalse(ada.runs() && copy.runs(), "at most one goes on");
    assertTrue(halted.contains("ada") || halted.contains("ada'"), halted::toString);
  }

  @Test
  void aFailedSyncStopsTheProcess() {
    ada.disk().failNextSync();
    cluster.crash(ada, false, "test");
    cluster.start(ada);
    pass(SECOND);
    assertFalse(ada.runs());
  }

  @Test
  void aProcessDiesBetweenTwoEffectsOfATurn() {
    process(ada).dieAfterEffects(1);
    pass(2 * SECOND);
    assertFalse(ada.runs());
  }

  @Test
  void wallClocksMayGoAnywhere() {
    cluster.jump(ada, -3_600_000);
    cluster.jump(bob, 3_600_000);
    pass(15 * SECOND);
    assertEquals(Liveness.ALIVE, state(bob, "ada"));
    assertEquals(Liveness.ALIVE, state(ada, "bob"));
  }

  private SimulatedMachine add(String name) {
    return cluster.addMachine(config(name, name + ":7501"), clock(), false);
  }

  private SimulatedClock clock() {
    return new SimulatedClock(events, 0, 0);
  }

  private static NodeConfig config(String name, String address) {
    var settings = new ClusterSettings("test", 8, Quorum.majority(3), Limits.DEFAULT, List.of());
    return new NodeConfig(
        name,
        Zone.DEFAULT,
        1,
        name + ":7401",
        address,
        settings,
        NAMES,
        NAMES.stream().map(seed -> seed + ":7501").toList(),
        true,
        1L << 30,
        Rhythm.DEFAULT,
        Bytes.utf8("secret"));
  }

  private Liveness state(SimulatedMachine viewer, String name) {
    return process(viewer).view().members().stream()
        .filter(view -> view.member().name().equals(name))
        .findFirst()
        .orElseThrow()
        .state();
  }

  private static SimulatedProcess process(SimulatedMachine machine) {
    assertNotNull(machine.process(), machine + " runs");
    return Objects.requireNonNull(machine.process());
  }

  private void pass(long micros) {
    long until = events.nowMicros() + micros;
    while (events.step(until)) {
      assertTrue(events.nowMicros() <= until);
    }
  }
}
