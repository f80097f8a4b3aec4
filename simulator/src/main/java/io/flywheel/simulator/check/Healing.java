package io.flywheel.simulator.check;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.ClientRequest.Get;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.model.Key;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.workload.Wire;
import io.flywheel.simulator.world.FaultInjector;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a run: faults end, operators put right what only they can, and then the
 * cluster has to become whole by itself: everybody alive to everybody, all replicas equal, every
 * request answered. Wall clocks go on jumping, for nothing of this may depend on them.
 */
public final class Healing {
  private static final long MEETING_MICROS = 12_000_000;
  private static final long LIVENESS_MICROS = 40_000_000;
  private static final long SETTLING_MICROS = 3_000_000;
  private static final long ROUND_MICROS = 400_000;
  private static final int MOST_ROUNDS = 20;
  private static final long TIMEOUT_MILLIS = 1_000;

  /** Lets virtual time pass. */
  public interface Time {
    /** False when a violation has cut it short. */
    boolean pass(long micros);
  }

  private final Scene scene;
  private final Wire wire;
  private final FaultInjector faults;
  private final Time time;
  private final SplittableRandom random;
  private final OneProcessPerIdentity identities;
  private final StrangersStayOut strangers;
  private final LivePeersAreAlive liveness;
  private final ReplicasConverge convergence;
  private final HealedClusterServes service;
  private final OneDotPerWrite writes;
  private final List<Operation> probes = new ArrayList<>();

  public Healing(Scene scene, Wire wire, FaultInjector faults, Time time, SplittableRandom random) {
    this.scene = scene;
    this.wire = wire;
    this.faults = faults;
    this.time = time;
    this.random = random;
    this.identities = new OneProcessPerIdentity(scene);
    this.strangers = new StrangersStayOut(scene);
    this.liveness = new LivePeersAreAlive(scene);
    this.convergence = new ReplicasConverge(scene);
    this.service = new HealedClusterServes(scene);
    this.writes = new OneDotPerWrite(scene);
  }

  public void heal() {
    faults.end();
    if (meetStrangers() && becomeWhole() && converge() && serve()) {
      service.end();
      probes.forEach(writes::check);
    }
  }

  /** Those who should not be there are given time to be told so; then they are taken away. */
  private boolean meetStrangers() {
    var directories = faults.directories();
    var clone = directories.cloned();
    var wiped = directories.wiped();
    var misconfigured = directories.misconfigured();
    if (clone != null || wiped != null || misconfigured != null) {
      scene.cluster().machines().forEach(scene.cluster()::start);
      if (!time.pass(MEETING_MICROS)) {
        return false;
      }
    }
    if (clone != null) {
      identities.check();
      scene.cluster().takeAway(clone);
    }
    if (wiped != null) {
      strangers.check(wiped, "an empty directory");
      scene.cluster().takeAway(wiped);
    }
    if (misconfigured != null && misconfigured.misconfigured()) {
      strangers.check(misconfigured, "other settings");
      scene.cluster().crash(misconfigured, false, "it is configured right");
      misconfigured.configureAsMeant();
    }
    return !scene.findings().any();
  }

  private boolean becomeWhole() {
    scene.cluster().inService().forEach(scene.cluster()::start);
    boolean whole = passUntil(LIVENESS_MICROS, () -> liveness.obstacle().isEmpty());
    if (whole) {
      for (var machine : scene.cluster().inService()) {
        scene.cluster().jump(machine, random.nextLong(40_000) - 20_000);
      }
      whole = time.pass(SETTLING_MICROS) && liveness.obstacle().isEmpty();
    }
    if (!whole && !scene.findings().any()) {
      liveness.violation(liveness.obstacle());
    }
    return whole;
  }

  /** Reads of all replicas repair what they find, until there is nothing left to repair. */
  private boolean converge() {
    for (Key key : scene.history().keys()) {
      for (int round = 0; round < MOST_ROUNDS && !isWhole(key); round++) {
        int alive = scene.primaries(key).size();
        if (alive == 0 || !convergence.isRepairable(key)) {
          break;
        }
        ask(new Get(key, alive, 0, TIMEOUT_MILLIS), (_, _) -> {});
        if (!time.pass(ROUND_MICROS)) {
          return false;
        }
      }
      if (convergence.isRepairable(key) && !isWhole(key)) {
        convergence.violation(key);
      }
    }
    return !scene.findings().any();
  }

  private boolean isWhole(Key key) {
    var primaries = scene.primaries(key);
    return convergence.areEqual(key)
        && (primaries.isEmpty() || scene.evidence().durable(primaries.getFirst(), key) != null);
  }

  /** Each key is read and written through some node, by all of its replicas that are left. */
  private boolean serve() {
    for (Key key : scene.history().keys()) {
      int alive = scene.primaries(key).size();
      if (alive > 0 && convergence.isRepairable(key)) {
        serve(key, alive);
        if (!time.pass(3 * TIMEOUT_MILLIS * 1000)) {
          return false;
        }
      }
    }
    return !scene.findings().any();
  }

  private void serve(Key key, int alive) {
    ask(
        new Get(key, alive, 0, TIMEOUT_MILLIS),
        (process, answer) -> {
          service.answered(process, answer.request(), answer.outcome());
          if (answer.outcome() instanceof Found found) {
            put(key, alive, found, answer.context());
          }
        });
  }

  private void put(Key key, int alive, Found found, String context) {
    History history = scene.history();
    var process = wire.anyProcess();
    if (process == null) {
      return;
    }
    var read = history.read(key, found.values());
    var operation = history.put(key, read, history.closure(read), 0, 0, null);
    var put =
        new Put(
            key,
            operation.write(),
            context.isEmpty() ? null : context,
            0,
            alive,
            0,
            null,
            TIMEOUT_MILLIS);
    wire.ask(process, put, operation, (outcome, _) -> service.answered(process, put, outcome));
    probes.add(operation);
  }

  private record Answer(ClientRequest request, @Nullable Outcome outcome, String context) {}

  private void ask(Get get, BiConsumer<SimulatedProcess, Answer> then) {
    var process = wire.anyProcess();
    if (process != null) {
      wire.ask(
          process,
          get,
          null,
          (outcome, context) -> then.accept(process, new Answer(get, outcome, context)));
    }
  }

  private boolean passUntil(long mostMicros, BooleanSupplier enough) {
    long end = scene.cluster().events().nowMicros() + mostMicros;
    while (!enough.getAsBoolean()) {
      if (scene.cluster().events().nowMicros() >= end || !time.pass(ROUND_MICROS)) {
        return false;
      }
    }
    return true;
  }
}
