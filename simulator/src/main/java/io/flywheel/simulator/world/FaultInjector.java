package io.flywheel.simulator.world;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Lets faults befall a cluster, one after the other, at random moments: which, whom and for how
 * long comes from the seed. What ends by itself ends after a while; a supervisor starts again
 * whatever process has ended.
 */
public final class FaultInjector {
  private static final long SUPERVISION_MICROS = 100_000;
  private static final int FULL_HOURS_APART = 128;
  private static final int HOURS_APART = 4;
  private static final long MOST_HOURS_MILLIS = 10 * 3_600_000L;

  private final SimulatedCluster cluster;
  private final List<Fault> faults;
  private final long meanMicros;
  private final SplittableRandom random;
  private final EnumMap<Fault, Integer> injected = new EnumMap<>(Fault.class);
  private final TreeSet<Integer> restarting = new TreeSet<>();

  /** Machines whose clock is not set, and how much it lacks. */
  private final LinkedHashMap<SimulatedMachine, Long> unset = new LinkedHashMap<>();

  private final NetworkFaults network;
  private final DiskFaults disks;
  private final DirectoryFaults directories;
  private long backMicros;
  private boolean active;

  /**
   * @param faults those that may happen
   * @param meanMicros how long it takes from one to the next, on average
   */
  public FaultInjector(
      SimulatedCluster cluster, List<Fault> faults, long meanMicros, SplittableRandom random) {
    this.cluster = cluster;
    this.faults = faults;
    this.meanMicros = meanMicros;
    this.random = random;
    this.network = new NetworkFaults(cluster, random);
    this.disks = new DiskFaults(cluster, random);
    this.directories = new DirectoryFaults(cluster, random);
  }

  public void begin() {
    active = true;
    supervise();
    if (!faults.isEmpty()) {
      later();
    }
  }

  /** Nothing more befalls; what has befallen the surroundings is mended, the machines are not. */
  public void end() {
    active = false;
    if (faults.contains(Fault.CHANGED_VALUE)) {
      // What changes while clients write is soon replaced; this is there to stay.
      strike(Fault.CHANGED_VALUE);
    }
    network.mend();
    disks.mend();
    List.copyOf(unset.keySet()).forEach(this::set);
    for (var machine : cluster.machines()) {
      var process = machine.process();
      if (process != null) {
        process.dieAfterEffects(-1);
        resume(process);
      }
    }
  }

  /** How often each fault happened. */
  public Map<Fault, Integer> injected() {
    return Collections.unmodifiableMap(injected);
  }

  public DirectoryFaults directories() {
    return directories;
  }

  private void later() {
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * meanMicros);
    cluster
        .events()
        .after(
            pause,
            () -> {
              if (active) {
                strike(faults.get(random.nextInt(faults.size())));
                later();
              }
            });
  }

  private void strike(Fault fault) {
    var machines = cluster.inService();
    var machine = machines.get(random.nextInt(machines.size()));
    if (inject(fault, machine)) {
      injected.merge(fault, 1, Integer::sum);
      cluster.trace().add(Trace.Kind.FAULT, fault.name().hashCode(), machine.index());
      cluster.trace().tell(() -> "fault: " + fault.label() + " at " + machine);
    }
  }

  private boolean inject(Fault fault, SimulatedMachine machine) {
    return switch (fault) {
      case CRASH -> crash(machine, false);
      case POWER_LOSS -> crash(machine, true);
      case POWER_LOSS_WITHIN_TURN -> tear(machine);
      case CLUSTER_POWER_LOSS -> crashAll();
      case ROLLING_RESTART -> restartAll();
      case LONG_ABSENCE -> absent(machine);
      case PAUSE -> pause(machine);
      case CUT,
          ONE_WAY_CUT,
          SPLIT,
          BRIDGE,
          FLAPPING_LINK,
          DATACENTER_CUT,
          CONNECTION_RESET,
          HELD_BACK_MESSAGES,
          GARBLED_GOSSIP,
          GARBLED_MESSAGES ->
          network.inject(fault, machine);
      case SLOW_DISK,
          FAILED_WRITE,
          FAILED_SYNC,
          FAILED_READS,
          FULL_DISK,
          ROTTEN_RECORD,
          CHANGED_VALUE,
          LOST_RECORD,
          MISPLACED_ENTRY,
          LOST_DEBT,
          ROTTEN_DEBT,
          ROLLED_BACK_RECORD ->
          disks.inject(fault, machine);
      case CLOCK_JUMP -> {
        long reach = random.nextInt(3) == 0 ? 120_000 : 5_000;
        cluster.jump(machine, random.nextLong(2 * reach) - reach);
        yield true;
      }
      case UNSET_CLOCK -> unset(machine);
      case QUIET_MINUTES -> {
        cluster.leap(30_000 + random.nextLong(150_000), true);
        yield true;
      }
      case CLOCK_DRIFT -> {
        machine.clock().drift((random.nextDouble() * 2 - 1) * 20_000);
        yield true;
      }
      case CLONED_DIRECTORY, RESTORED_DIRECTORY, WIPED_DIRECTORY, WRONG_SETTINGS ->
          directories.inject(fault, machine);
    };
  }

  private boolean crash(SimulatedMachine machine, boolean powerLost) {
    boolean ran = machine.runs();
    cluster.crash(machine, powerLost, "fault");
    return ran;
  }

  private boolean crashAll() {
    for (var machine : cluster.inService()) {
      cluster.crash(machine, true, "fault of all");
    }
    return true;
  }

  private boolean restartAll() {
    long pause = 100_000 + random.nextLong(1_500_000);
    long at = 0;
    for (var machine : cluster.inService()) {
      at += pause;
      cluster
          .events()
          .after(
              at,
              () -> {
                if (active) {
                  cluster.crash(machine, false, "restart of all");
                }
              });
    }
    return true;
  }

  /**
   * Of hours most are skipped: nothing happens in them. Now and then everything does that does in
   * up to an hour; but only in small clusters, as it takes about as long as forty other seeds.
   */
  private boolean absent(SimulatedMachine machine) {
    boolean inFull = random.nextInt(FULL_HOURS_APART) == 0 && cluster.machines().size() <= 3;
    if (!restarting.add(machine.index())) {
      return false;
    }
    long away = (inFull ? 60 : 1) * (10_000_000 + random.nextLong(50_000_000));
    cluster.crash(machine, random.nextBoolean(), "it is switched off");
    if (random.nextInt(HOURS_APART) == 0) {
      long hours = 1_000_000 + random.nextLong(MOST_HOURS_MILLIS);
      cluster.events().after(away / 2, () -> cluster.leap(hours, false));
    }
    cluster.events().after(away, () -> restart(machine));
    backMicros = Math.max(backMicros, cluster.events().nowMicros() + away);
    return true;
  }

  /** When everybody is back who was switched off for long. */
  public long backMicros() {
    return backMicros;
  }

  private boolean unset(SimulatedMachine machine) {
    long lost = machine.clock().wallMillis() - random.nextLong(600_000);
    if (unset.putIfAbsent(machine, lost) != null) {
      return false;
    }
    cluster.jump(machine, -lost);
    cluster.events().after(random.nextLong(5_000_000), () -> set(machine));
    return true;
  }

  private void set(SimulatedMachine machine) {
    var lost = unset.remove(machine);
    if (lost != null) {
      cluster.jump(machine, lost);
    }
  }

  private boolean tear(SimulatedMachine machine) {
    var process = machine.process();
    if (process != null) {
      process.dieAfterEffects(random.nextInt(8));
    }
    return process != null;
  }

  private boolean pause(SimulatedMachine machine) {
    var process = machine.process();
    if (process == null || process.paused()) {
      return false;
    }
    process.pause();
    long duration = random.nextInt(3) == 0 ? 12_000_000 : 1_500_000;
    cluster.events().after(random.nextLong(duration), () -> resume(process));
    return true;
  }

  private static void resume(SimulatedProcess process) {
    if (process.alive() && process.paused()) {
      process.resume();
    }
  }

  /** Starts again what has ended, for as long as faults happen. */
  private void supervise() {
    if (!active) {
      return;
    }
    for (var machine : new ArrayList<>(cluster.inService())) {
      if (!machine.runs() && restarting.add(machine.index())) {
        long down = random.nextInt(4) == 0 ? 8_000_000 : 800_000;
        cluster.events().after(random.nextLong(down), () -> restart(machine));
      }
    }
    cluster.events().after(SUPERVISION_MICROS, this::supervise);
  }

  private void restart(SimulatedMachine machine) {
    restarting.remove(machine.index());
    if (active) {
      cluster.start(machine);
    }
  }
}
