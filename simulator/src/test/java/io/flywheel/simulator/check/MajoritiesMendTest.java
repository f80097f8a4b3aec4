package io.flywheel.simulator.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Rhythm;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.world.Conditions;
import io.flywheel.simulator.world.EventQueue;
import io.flywheel.simulator.world.SimulatedClock;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.Trace;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The disks of three replicas at the time of a change and after it, and what is said of them. */
final class MajoritiesMendTest {
  private static final Key KEY = Key.of("default", "key");
  private static final List<String> NAMES = List.of("ada", "bob", "cy");
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("test", 8, Quorum.majority(3), Limits.DEFAULT, List.of());

  private final EventQueue events = new EventQueue();
  private final SimulatedCluster cluster =
      new SimulatedCluster(
          events, new Trace(events, null), Conditions.fair(), new SplittableRandom(1));
  private final SimulatedMachine ada = add("ada");
  private final SimulatedMachine bob = add("bob");
  private final SimulatedMachine cy = add("cy");

  private final History history = new History(SETTINGS);
  private final Evidence evidence = new Evidence(history, List.of(KEY));
  private final Findings findings = new Findings(events);
  private final MajoritiesMend checker =
      new MajoritiesMend(new Scene(cluster, SETTINGS, history, evidence, findings));

  // A client sent one put to two nodes, and each made a dot of it.
  private final Bytes value =
      history.put(KEY, new BitSet(), new BitSet(), 0, 0, null).write().value();
  private final Sibling written = sibling(1, value);
  private final Sibling twin = sibling(2, value);
  private final Sibling changed = sibling(1, Bytes.utf8("~" + value.toUtf8()));

  @BeforeEach
  void theyFormAClusterAndStop() {
    cluster.witness(evidence);
    cluster.machines().forEach(cluster::start);
    while (events.step(5_000_000)) {
      assertFalse(findings.any());
    }
    assertNotNull(evidence.ring());
    cluster.machines().forEach(machine -> cluster.crash(machine, false, "test"));
  }

  @Test
  void whatAMajorityHasRightIsToBePutRight() throws IOException {
    keep(bob, written);
    keep(cy, written);
    change(ada, changed);
    checker.converged();
    assertEquals(
        List.of("ada has ~0<> in the place of 0<> of default/key"),
        findings.all().stream().map(Findings.Finding::text).toList());
  }

  @Test
  void whatWasPutRightIsRight() throws IOException {
    keep(bob, written);
    keep(cy, written);
    change(ada, changed);
    keep(ada, written);
    checker.converged();
    assertEquals(List.of(), findings.all());
  }

  @Test
  void whatOneOfThreeHasRightNeedNotPrevail() throws IOException {
    keep(bob, written);
    change(ada, changed);
    keep(bob, changed);
    checker.converged();
    assertEquals(List.of(), findings.all());
  }

  @Test
  void theSameValueUnderAnotherDotIsNoVote() throws IOException {
    keep(bob, written, twin);
    keep(cy, twin);
    change(ada, changed, twin);
    keep(bob, changed, twin);
    checker.converged();
    assertEquals(List.of(), findings.all());
  }

  @Test
  void eachOfTwoDotsOfOneValueIsJudged() throws IOException {
    keep(bob, written, twin);
    keep(cy, written, twin);
    change(ada, changed, twin);
    keep(ada, written, sibling(2, changed.value()));
    checker.changed(ada, KEY, twin, sibling(2, changed.value()));
    checker.converged();
    assertEquals(1, findings.all().size());
  }

  private void change(SimulatedMachine machine, Sibling... siblings) throws IOException {
    keep(machine, siblings);
    checker.changed(machine, KEY, written, changed);
  }

  private static void keep(SimulatedMachine machine, Sibling... siblings) throws IOException {
    var state = Siblings.NONE;
    for (Sibling sibling : siblings) {
      state = state.merge(Siblings.of(sibling), NamespaceSettings.Conflicts.SIBLINGS);
    }
    var record = SiblingsCodec.encode(KEY, state);
    var storageKey = StorageKey.ofRecord(KEY);
    machine.disk().write(List.of(new Mutation(Table.DATA, storageKey, record)));
    machine.disk().sync();
  }

  private static Sibling sibling(long actor, Bytes value) {
    return Sibling.value(new Dot(new Actor(actor, 1), 1), value, "", Sibling.NEVER);
  }

  private SimulatedMachine add(String name) {
    var config =
        new NodeConfig(
            name,
            Zone.DEFAULT,
            1,
            name + ":7401",
            name + ":7501",
            SETTINGS,
            NAMES,
            NAMES.stream().map(seed -> seed + ":7501").toList(),
            true,
            1L << 30,
            Rhythm.DEFAULT,
            Bytes.utf8("secret"));
    return cluster.addMachine(config, new SimulatedClock(events, 0, 0), false);
  }
}
