package io.flywheel.simulator.check;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.ClientRequest.Get;
import io.flywheel.core.message.ClientRequest.Put;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.model.Key;
import io.flywheel.core.node.Node;
import io.flywheel.core.node.Standing;
import io.flywheel.simulator.workload.History;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.workload.RingOperator;
import io.flywheel.simulator.workload.SettingsOperator;
import io.flywheel.simulator.workload.Wire;
import io.flywheel.simulator.world.FaultInjector;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a run: faults end, operators put right what only they can, and then the
 * cluster has to become whole by itself: everybody alive to everybody, all replicas equal, every
 * request answered. Wall clocks jump once more, and stay as far apart as they may.
 */
public final class Healing {
  private static final long CHANGES_MICROS = 300_000_000;
  private static final long SETTINGS_MICROS = 60_000_000;
  private static final long MEETING_MICROS = 12_000_000;
  private static final long LIVENESS_MICROS = 40_000_000;
  private static final long SETTLING_MICROS = 3_000_000;
  private static final long RETURN_MICROS = 20_000_000;
  private static final long AGREEMENT_MICROS = 20_000_000;
  private static final long ROUND_MICROS = 400_000;
  private static final long CONVERGENCE_MICROS = 120_000_000;
  private static final int REPAIRS_APART = 4;
  private static final int QUIETS_APART = 6;
  private static final long QUIET_MILLIS = 150_000;
  private static final int KEYS_SERVED = 8;
  private static final int MOST_HALTS = 3;
  private static final long COMPARISON_MICROS = 60_000_000;
  private static final long FORGETTING_MICROS = 90_000_000;
  private static final long TIMEOUT_MILLIS = 1_000;

  /** Lets virtual time pass. */
  public interface Time {
    /** False when a violation has cut it short. */
    boolean pass(long micros);
  }

  private final Scene scene;
  private final Judge judge;
  private final Wire wire;
  private final FaultInjector faults;
  private final @Nullable RingOperator operator;
  private final @Nullable SettingsOperator settings;
  private final RingsComeToRest rings;
  private final Time time;
  private final SplittableRandom random;
  private final OneProcessPerIdentity identities;
  private final StrangersStayOut strangers;
  private final LivePeersAreAlive liveness;
  private final MembersAgree members;
  private final ReplicasConverge convergence;
  private final NothingIsOwed debts;
  private final UselessIsForgotten useless;
  private final TreesAgree trees;
  private final HealedClusterServes service;
  private final OneDotPerWrite writes;
  private final List<Operation> probes = new ArrayList<>();
  private final Map<SimulatedMachine, Integer> haltsBefore = new HashMap<>();

  public Healing(
      Scene scene,
      Judge judge,
      Wire wire,
      FaultInjector faults,
      @Nullable RingOperator operator,
      @Nullable SettingsOperator settings,
      Time time,
      SplittableRandom random) {
    this.scene = scene;
    this.judge = judge;
    this.wire = wire;
    this.faults = faults;
    this.operator = operator;
    this.settings = settings;
    this.rings = new RingsComeToRest(scene);
    this.time = time;
    this.random = random;
    this.identities = new OneProcessPerIdentity(scene);
    this.strangers = new StrangersStayOut(scene);
    this.liveness = new LivePeersAreAlive(scene);
    this.members = new MembersAgree(scene);
    this.convergence = new ReplicasConverge(scene);
    this.debts = new NothingIsOwed(scene);
    this.useless = new UselessIsForgotten(scene);
    this.trees = new TreesAgree(scene);
    this.service = new HealedClusterServes(scene);
    this.writes = new OneDotPerWrite(scene);
  }

  public void heal() {
    faults.end();
    if (meetStrangers()
        && settleRing()
        && settleSettings()
        && settleRing() // the settings may have dug up what a few had accepted
        && meetRemoved()
        && becomeWhole()
        && converge()
        && agree()
        && forget()
        && compare()
        && serve()) {
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

  /** What was begun of changes of the ring is ended. */
  private boolean settleRing() {
    var changes = operator;
    if (changes == null) {
      return true;
    }
    changes.end();
    if (!passUntil(CHANGES_MICROS, () -> changes.obstacle().isEmpty())) {
      takeAwayWhoCannotPay();
    }
    if (!changes.obstacle().isEmpty()) {
      rings.unfinished(changes.obstacle());
    }
    return !scene.findings().any();
  }

  /**
   * One that leaves keeps what it owes to owners who can take none of it, as they cannot read their
   * own copies, and cannot mend them either: more than one has rotted. It waits for an operator.
   */
  private void takeAwayWhoCannotPay() {
    if (isAllRepairable()) {
      return;
    }
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process != null && process.view().changes().standing() == Standing.DRAINING) {
        scene.cluster().takeAway(machine);
      }
    }
  }

  /** Who was removed stays out. */
  private boolean meetRemoved() {
    var returning = operator == null ? List.<SimulatedMachine>of() : operator.switchedOff();
    returning.forEach(scene.cluster()::switchOn);
    boolean passed = returning.isEmpty() || time.pass(MEETING_MICROS);
    for (var machine : returning) {
      strangers.check(machine, "an identity that was removed");
      scene.cluster().switchOff(machine);
    }
    return passed && !scene.findings().any();
  }

  /** What was planned is there for all, or clients could not ask for it. */
  private boolean settleSettings() {
    var wanted = settings;
    if (wanted == null) {
      return true;
    }
    wanted.end();
    wanted.finish();
    if (!passUntil(SETTINGS_MICROS, () -> wanted.obstacle().isEmpty())) {
      judge.settings().unfinished(wanted.obstacle());
    }
    return !scene.findings().any();
  }

  private boolean becomeWhole() {
    scene.cluster().inService().forEach(scene.cluster()::start);
    boolean whole = passUntil(LIVENESS_MICROS, () -> liveness.obstacle().isEmpty());
    if (whole) {
      for (var machine : scene.cluster().inService()) {
        long meant = random.nextLong(40_000) - 20_000;
        scene.cluster().jump(machine, meant - machine.clock().aheadMillis());
      }
      // One that the others prove to be older may yet stop, when it has heard of all of them.
      whole =
          time.pass(SETTLING_MICROS)
              && passUntil(RETURN_MICROS, () -> liveness.obstacle().isEmpty());
      takeAwayWhoIsLeftBehind();
    }
    if (!whole && !scene.findings().any()) {
      liveness.violation(liveness.obstacle());
    }
    return whole;
  }

  /**
   * One that went back by several eras, and whom the others cannot prove it, because they have
   * forgotten what it claimed and are no majority themselves: it says that it does not believe
   * them, and an operator has to replace it.
   */
  private void takeAwayWhoIsLeftBehind() {
    var ring = scene.evidence().ring();
    int members = ring == null ? 0 : ring.members().size();
    for (var machine : scene.cluster().inService()) {
      long era = ErasAreInStep.eraOf(machine);
      long ahead =
          scene.cluster().inService().stream()
              .filter(other -> ErasAreInStep.eraOf(other) > era + 1)
              .count();
      boolean isProven = 2 * ahead > members;
      if (ahead > 0 && !isProven && faults.directories().mayHaveGoneBack(machine)) {
        scene.cluster().takeAway(machine);
      }
    }
  }

  /** By debts and by comparing trees alone: nobody reads anything meanwhile. */
  private boolean converge() {
    if (random.nextInt(REPAIRS_APART) == 0) {
      repairAll();
    }
    if (!passUntil(CONVERGENCE_MICROS, () -> difference().isEmpty() && debt().isEmpty())) {
      if (!scene.findings().any() && !difference().isEmpty()) {
        convergence.violation(difference());
      } else if (!scene.findings().any()) {
        debts.violation(debt());
      }
    }
    judge.converged();
    return !scene.findings().any();
  }

  /** By gossip, while everybody runs who is left. */
  private boolean agree() {
    members.begin();
    if (!passUntil(AGREEMENT_MICROS, () -> members.obstacle().isEmpty())
        && !scene.findings().any()) {
      members.violation(members.obstacle());
    }
    return !scene.findings().any();
  }

  /**
   * Deletions go when everybody has had them, and every era has closed in which somebody had not.
   * An unreadable record can keep an era open, with what is owed of it.
   */
  private boolean forget() {
    boolean manyKeys = scene.history().keys().size() > KEYS_SERVED;
    if (manyKeys || random.nextInt(QUIETS_APART) == 0) {
      scene.cluster().leap(QUIET_MILLIS, true);
    }
    if (useless.isPossible()
        && isAllRepairable()
        && !passUntil(FORGETTING_MICROS, () -> remembered().isEmpty())) {
      if (!scene.findings().any()) {
        useless.violation(remembered());
      }
    }
    return !scene.findings().any();
  }

  private boolean isAllRepairable() {
    return scene.history().keys().stream().allMatch(convergence::isRepairable);
  }

  private String remembered() {
    if (!difference().isEmpty()) {
      return difference();
    }
    for (Key key : scene.history().keys()) {
      var obstacle = convergence.isRepairable(key) ? useless.obstacle(key) : "";
      if (!obstacle.isEmpty()) {
        return obstacle;
      }
    }
    return "";
  }

  /** Whether the trees know that nothing differs any more; where it cannot, they do not either. */
  private boolean compare() {
    if (!isAllRepairable()) {
      return true;
    }
    trees.begin();
    boolean touched = scene.history().damages() > 0;
    boolean built = !touched || passUntil(COMPARISON_MICROS, trees::isBuiltAnew);
    trees.begin();
    if (built && passUntil(COMPARISON_MICROS, trees::isLookedAt)) {
      trees.check();
    } else if (!scene.findings().any()) {
      trees.unfinished();
    }
    return !scene.findings().any();
  }

  /** What an operator can do who does not want to wait. */
  private void repairAll() {
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process != null) {
        process.operate(Node::repairAll);
      }
    }
  }

  private String difference() {
    for (Key key : scene.history().keys()) {
      var obstacle = convergence.isRepairable(key) ? convergence.obstacle(key) : "";
      if (!obstacle.isEmpty()) {
        return obstacle;
      }
    }
    return "";
  }

  private String debt() {
    return debts.obstacle(convergence::isRepairable, faults.directories()::mayHaveGoneBack);
  }

  /**
   * Each key, or every few keys, is read and written through some node, by all of its replicas that
   * are left.
   */
  private boolean serve() {
    var keys = scene.history().keys();
    int step = 1 + (keys.size() - 1) / KEYS_SERVED;
    for (int i = 0; i < keys.size(); i += step) {
      var key = keys.get(i);
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
        new Get(key, alive, alive, TIMEOUT_MILLIS),
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

  /**
   * Starts whatever has stopped. A node that the others prove to be older than itself stops at
   * every start; all that an operator can do is to replace it.
   */
  private void superviseAll() {
    for (var machine : scene.cluster().inService()) {
      int before = haltsBefore.computeIfAbsent(machine, SimulatedMachine::halts);
      if (machine.halts() >= before + MOST_HALTS && faults.directories().mayHaveGoneBack(machine)) {
        scene.cluster().takeAway(machine);
      } else {
        scene.cluster().start(machine);
      }
    }
  }

  private boolean passUntil(long mostMicros, BooleanSupplier enough) {
    long end = scene.cluster().events().nowMicros() + mostMicros;
    while (!enough.getAsBoolean()) {
      superviseAll();
      if (scene.cluster().events().nowMicros() >= end || !time.pass(ROUND_MICROS)) {
        return false;
      }
    }
    return true;
  }
}
