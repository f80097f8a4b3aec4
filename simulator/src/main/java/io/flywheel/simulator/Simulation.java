package io.flywheel.simulator;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Reach;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.simulator.check.DatacentersServe;
import io.flywheel.simulator.check.Evidence;
import io.flywheel.simulator.check.Findings;
import io.flywheel.simulator.check.GoodputReturns;
import io.flywheel.simulator.check.Healing;
import io.flywheel.simulator.check.HealthyQuorumServes;
import io.flywheel.simulator.check.Judge;
import io.flywheel.simulator.check.Scene;
import io.flywheel.simulator.workload.Crowd;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.workload.Pulse;
import io.flywheel.simulator.workload.RingOperator;
import io.flywheel.simulator.workload.SettingsOperator;
import io.flywheel.simulator.workload.Wire;
import io.flywheel.simulator.workload.Workload;
import io.flywheel.simulator.world.Conditions;
import io.flywheel.simulator.world.Datacenters;
import io.flywheel.simulator.world.EventQueue;
import io.flywheel.simulator.world.FaultInjector;
import io.flywheel.simulator.world.SimulatedClock;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.Trace;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run from one seed. First anything may happen: clients work while faults befall the cluster,
 * and nothing may ever be wrong. Then the cluster is healed, and everything must become right. The
 * run ends with the first violation.
 */
public final class Simulation {
  private static final long MOST_FORMATION_MICROS = 20_000_000;
  private static final long LOOK_MICROS = 20_000;
  private static final long MOST_WORK_MICROS = 60_000_000;
  static final long CHANGES_MICROS = 30_000_000;
  private static final long MOST_EVENTS = 2_000_000;
  private static final int CROWD_PER_SECOND = 50;
  private static final Bytes SECRET = Bytes.utf8("the cluster's secret");

  private final long seed;
  private final SplittableRandom random;
  private final SwarmOptions options;
  private final EventQueue events = new EventQueue();
  private final Trace trace;
  private final Findings findings = new Findings(events);
  private final Conditions conditions = Conditions.fair();
  private final SimulatedCluster cluster;
  private final Scene scene;
  private final Judge judge;
  private final Wire wire;
  private final Workload workload;
  private final FaultInjector faults;
  private final @Nullable RingOperator operator;
  private final @Nullable SettingsOperator settingsOperator;
  private final Healing healing;

  /**
   * @param nodes how many nodes; 0 lets the seed draw
   * @param reader where every event is told, or null
   */
  public Simulation(long seed, int nodes, @Nullable PrintStream reader) {
    this.seed = seed;
    random = new SplittableRandom(seed);
    options = SwarmOptions.draw(random.split(), nodes);
    trace = new Trace(events, reader);
    cluster = new SimulatedCluster(events, trace, conditions, random.split());
    var settings = options.settingsInTheEnd();
    var history = new History(settings);
    var evidence = new Evidence(history, options.habits().keys());
    scene = new Scene(cluster, settings, history, evidence, findings);
    judge = new Judge(scene);
    cluster.witness(judge);
    wire = new Wire(cluster, history, random.split());
    workload = new Workload(events, wire, history, options.habits(), settings, random.split());
    faults =
        new FaultInjector(cluster, options.faults(), options.meanFaultMicros(), random.split());
    var changes = options.changes();
    // A seed of its own: what else is drawn stays as it is where the ring does not change.
    operator =
        changes == null ? null : new RingOperator(cluster, changes, new SplittableRandom(~seed));
    var reshaping = options.reshaping();
    settingsOperator =
        reshaping == null
            ? null
            : new SettingsOperator(
                cluster,
                reshaping,
                options.settings().records(),
                new SplittableRandom(seed + 1),
                judge.settings());
    healing =
        new Healing(
            scene, judge, wire, faults, operator, settingsOperator, this::letPass, random.split());
  }

  public RunResult run() {
    trace.tell(options::toString);
    addMachines();
    var datacenters = options.datacenters();
    if (datacenters != null) {
      cluster.network().moveApart(datacenters.wayMicros());
    }
    cluster.machines().forEach(this::startSoon);
    if (!options.faultsAtFormation()) {
      letPassUntil(MOST_FORMATION_MICROS, () -> scene.everybodyServes());
    }
    var pulse = options.pulse();
    if (pulse != null) {
      overwhelm(pulse);
    } else if (datacenters != null && datacenters.isCalm()) {
      cutOff(datacenters);
    } else {
      work();
    }
    healing.heal();
    if (!findings.any()) {
      judge.end();
    }
    return result();
  }

  private void work() {
    conditions.become(options.conditions());
    wire.loseAnswers(options.habits().lostAnswers());
    faults.begin();
    workload.begin();
    if (settingsOperator != null) {
      settingsOperator.begin();
    }
    if (operator == null) {
      letPassUntil(events.nowMicros() + MOST_WORK_MICROS, workload::isOver);
    } else {
      var changes = operator;
      scene
          .evidence()
          .whenRingChanges(
              next -> {
                workload.rush();
                changes.entered(next);
              });
      operator.begin();
      letPass(CHANGES_MICROS);
    }
    workload.stop();
    letPassUntil(faults.backMicros(), () -> false);
    conditions.become(Conditions.fair());
    wire.loseAnswers(0);
  }

  private void overwhelm(Pulse pulse) {
    var keys = options.habits().keys();
    var reaches = List.of(Reach.ANYWHERE);
    var crowd = new Crowd(events, wire, scene.history(), keys, pulse, reaches, random.split());
    if (pulse.isFlat()) {
      new HealthyQuorumServes(scene, crowd, pulse, this::letPass, random.split()).check();
    } else {
      new GoodputReturns(scene, crowd, pulse, judge.background(), this::letPass).check();
    }
  }

  private void cutOff(Datacenters datacenters) {
    var keys = options.habits().keys();
    var pulse = new Pulse(CROWD_PER_SECOND, 1, 0, 0, false, 1_000, 0);
    var reaches = List.of(Reach.LOCAL, Reach.LOCAL, Reach.EACH, Reach.ANYWHERE);
    var crowd = new Crowd(events, wire, scene.history(), keys, pulse, reaches, random.split());
    var check =
        new DatacentersServe(scene, crowd, datacenters, judge.crossings(), this::letPass, random);
    check.check();
  }

  private RunResult result() {
    return new RunResult(
        seed,
        options,
        trace.hash(),
        events.happened(),
        events.nowMicros(),
        scene.history().operations().size(),
        faults.injected(),
        judge.upkeep(),
        findings.all());
  }

  private void addMachines() {
    var names = new ArrayList<String>();
    var addresses = new ArrayList<String>();
    for (int i = 0; i < options.nodes(); i++) {
      names.add("node-" + (i + 1));
      addresses.add("node-" + (i + 1) + ":7501");
    }
    for (int i = 0; i < options.nodes(); i++) {
      var config =
          new NodeConfig(
              names.get(i),
              options.zone(i),
              1,
              names.get(i) + ":7401",
              addresses.get(i),
              options.settings(),
              List.copyOf(names),
              List.copyOf(addresses),
              options.durable(),
              options.hintsLimitBytes(),
              options.rhythm(),
              SECRET);
      var clock =
          new SimulatedClock(
              events,
              random.nextLong(1_000_000_000),
              random.nextLong(2 * options.skewMillis()) - options.skewMillis());
      cluster.addMachine(config, clock, false);
    }
  }

  private void startSoon(SimulatedMachine machine) {
    events.after(random.nextLong(200_000), () -> cluster.start(machine));
  }

  /** Virtual time passes; false when it was cut short by a violation. */
  private boolean letPass(long micros) {
    letPassUntil(events.nowMicros() + micros, () -> false);
    return !findings.any();
  }

  private void letPassUntil(long untilMicros, BooleanSupplier enough) {
    while (!findings.any() && events.nowMicros() < untilMicros && !enough.getAsBoolean()) {
      long next = Math.min(untilMicros, events.nowMicros() + LOOK_MICROS);
      while (events.step(next) && !findings.any()) {
        if (events.happened() > MOST_EVENTS) {
          findings.runaway(MOST_EVENTS);
        }
      }
    }
  }
}
