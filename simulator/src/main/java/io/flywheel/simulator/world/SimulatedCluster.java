package io.flywheel.simulator.world;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.node.NodeConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster in one thread: machines, the processes on them, the network between them, and the
 * clients' requests. It does what it is told to do; what shall happen is decided elsewhere, from
 * the seed.
 */
public final class SimulatedCluster {
  private static final long MOST_DISK_MICROS = 2_000_000;

  private final EventQueue events;
  private final Trace trace;
  private final Conditions conditions;
  private final SplittableRandom random;
  private final SimulatedNetwork network;
  private final List<SimulatedMachine> machines = new ArrayList<>();
  private final TreeMap<String, SimulatedMachine> byAddress = new TreeMap<>();
  private final TreeMap<Long, Consumer<Effect.Respond>> waiting = new TreeMap<>();

  private Witness witness = new Witness() {};
  private long lives;
  private long tokens;

  public SimulatedCluster(
      EventQueue events, Trace trace, Conditions conditions, SplittableRandom random) {
    this.events = events;
    this.trace = trace;
    this.conditions = conditions;
    this.random = random;
    this.network = new SimulatedNetwork(this, conditions, random.split());
  }

  public EventQueue events() {
    return events;
  }

  public Trace trace() {
    return trace;
  }

  public Conditions conditions() {
    return conditions;
  }

  public SimulatedNetwork network() {
    return network;
  }

  public Witness witness() {
    return witness;
  }

  public void witness(Witness next) {
    witness = next;
  }

  public List<SimulatedMachine> machines() {
    return Collections.unmodifiableList(machines);
  }

  /** Those that are in service, running or not. */
  public List<SimulatedMachine> inService() {
    return SimulatedMachine.inService(machines);
  }

  /** Whether no two machines in service have the same directory. */
  public boolean hasNoClones() {
    for (var machine : machines) {
      if (machine.isClone() && !machine.retired()) {
        return false;
      }
    }
    return true;
  }

  @Nullable SimulatedMachine machineAt(String address) {
    return byAddress.get(address);
  }

  public SimulatedMachine addMachine(NodeConfig config, SimulatedClock clock, boolean clone) {
    var disk = new SimulatedDisk(random.split());
    var machine = new SimulatedMachine(machines.size(), config, clock, disk, clone);
    machines.add(machine);
    byAddress.put(machine.address(), machine);
    return machine;
  }

  // --- processes
  // ----------------------------------------------------------------------------------

  /** Starts a process; opening the database makes durable whatever is readable. */
  public void start(SimulatedMachine machine) {
    if (machine.runs() || machine.retired()) {
      return;
    }
    machine.disk().flush();
    witness.recovered(machine);
    long life = ++lives;
    trace.add(Trace.Kind.START, machine.index(), life);
    try {
      var process = new SimulatedProcess(this, machine, life, random.split());
      machine.process(process);
      trace.tell(() -> process + " starts as " + process.id());
      process.begin();
    } catch (MalformedException e) {
      trace.tell(() -> machine + " cannot start: " + e.getMessage());
      witness.refusedToStart(machine, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Ends a process as it is.
   *
   * @param powerLost whether the page cache goes with it
   */
  public void crash(SimulatedMachine machine, boolean powerLost, String cause) {
    var process = machine.process();
    if (process == null) {
      return;
    }
    trace.add(Trace.Kind.STOP, machine.index(), powerLost ? 1 : 0);
    trace.tell(() -> process + " crashes" + (powerLost ? " and loses power: " : ": ") + cause);
    process.stop();
    machine.process(null);
    if (powerLost) {
      machine.disk().losePower();
    }
    network.gone(process, powerLost && random.nextBoolean());
  }

  /** Takes a machine out of service for good, with all that is on its disk. */
  public void takeAway(SimulatedMachine machine) {
    crash(machine, true, "it is taken away");
    machine.disk().wipe();
    machine.retire();
    witness.damaged(machine, Damage.LOST_DIRECTORY);
  }

  /** Takes a machine out of service; what is on its disk stays there. */
  public void switchOff(SimulatedMachine machine) {
    crash(machine, false, "it is switched off for good");
    machine.retire();
  }

  /** Takes a machine out of service that is no member any more. */
  public void dismiss(SimulatedMachine machine) {
    switchOff(machine);
    witness.left(machine);
  }

  /** Takes a machine out of service from which nobody has copied anything. */
  public void lose(SimulatedMachine machine) {
    switchOff(machine);
    witness.lost(machine);
  }

  /** Somebody switches it on again after all. */
  public void switchOn(SimulatedMachine machine) {
    machine.returnToService();
    start(machine);
  }

  /** For a while those whose bit is set do not hear the others, nor the others them. */
  public void split(long group, long micros) {
    for (var from : machines) {
      for (var to : machines) {
        if ((group >> from.index() & 1) != (group >> to.index() & 1)) {
          network.cut(from, to);
          events.after(micros, () -> network.mend(from, to));
        }
      }
    }
  }

  /** Sets a machine's wall clock forward or, with a negative number, back. */
  public void jump(SimulatedMachine machine, long millis) {
    trace.add(Trace.Kind.CLOCK, machine.index(), millis);
    machine.clock().jump(millis);
  }

  /** So much time passes in which nothing happens; see {@link EventQueue#leap}. */
  public void leap(long millis, boolean wallOnly) {
    trace.add(Trace.Kind.CLOCK, -1, wallOnly ? -millis : millis);
    events.leap(millis, wallOnly);
  }

  // --- requests
  // -----------------------------------------------------------------------------------

  /** Names the next request. */
  public long nextToken() {
    return ++tokens;
  }

  /**
   * Hands a request to a process as if it had just arrived. The answer is given to {@code client}
   * when the process gives it, and to nobody when it dies before.
   */
  public void request(
      SimulatedProcess process,
      long token,
      ClientRequest request,
      Consumer<Effect.Respond> client) {
    trace.add(Trace.Kind.REQUEST, process.life(), token);
    trace.tell(() -> process + " is asked (" + token + ") for " + request);
    waiting.put(token, client);
    process.request(token, request);
  }

  void respond(SimulatedProcess process, Effect.Respond respond) {
    trace.add(Trace.Kind.RESPOND, respond.token(), respond.contextToken().get().hashCode());
    trace.tell(() -> process + " answers (" + respond.token() + ") " + respond.outcome());
    witness.responded(process, respond);
    var client = waiting.remove(respond.token());
    if (client != null) {
      client.accept(respond);
    }
  }

  void afterDisk(SimulatedMachine machine, Runnable action) {
    long delay = conditions.disk().draw(random) * machine.diskFactor();
    events.after(Math.min(delay, MOST_DISK_MICROS), action);
  }
}
