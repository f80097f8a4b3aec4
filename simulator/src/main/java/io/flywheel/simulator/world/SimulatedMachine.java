package io.flywheel.simulator.world;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine: an address, a disk and a clock, and at most one process at a time. */
public final class SimulatedMachine {
  private static final int SLOW_FACTOR = 100;
  private static final long USUAL_INPUT_MICROS = 40;

  private final int index;
  private final NodeConfig config;
  private final SimulatedClock clock;
  private final SimulatedDisk disk;
  private final boolean clone;

  private NodeConfig startsWith;
  private long inputMicros = USUAL_INPUT_MICROS;
  private boolean retired;
  private int diskFactor = 1;
  private boolean full;
  private long fullSinceMicros;
  private int halts;
  private @Nullable SimulatedProcess process;
  private @Nullable NodeId identity;

  SimulatedMachine(
      int index, NodeConfig config, SimulatedClock clock, SimulatedDisk disk, boolean clone) {
    this.index = index;
    this.config = config;
    this.startsWith = config;
    this.clock = clock;
    this.disk = disk;
    this.clone = clone;
  }

  public int index() {
    return index;
  }

  public String name() {
    return config.name();
  }

  public String address() {
    return config.peerAddress();
  }

  /** Where it stands. */
  public String datacenter() {
    return config.zone().datacenter();
  }

  /** How the machine is meant to be configured. */
  public NodeConfig config() {
    return config;
  }

  /** How its next process will be configured, which an operator may have got wrong. */
  public NodeConfig startsWith() {
    return startsWith;
  }

  public boolean misconfigured() {
    return !startsWith.equals(config);
  }

  void misconfigure(NodeConfig mistaken) {
    startsWith = mistaken;
  }

  public void configureAsMeant() {
    startsWith = config;
  }

  public SimulatedClock clock() {
    return clock;
  }

  public SimulatedDisk disk() {
    return disk;
  }

  /** Whether it runs with a copy of another machine's directory. */
  public boolean isClone() {
    return clone;
  }

  void slowDown(boolean slower) {
    slowDown(slower ? SLOW_FACTOR : 1);
  }

  /** From now on its disk takes so many times as long as it should. */
  void slowDown(int factor) {
    diskFactor = factor;
  }

  /** Its process is told when that changes, and at its start. */
  void fill(boolean isFull) {
    if (full != isFull) {
      full = isFull;
      fullSinceMicros = clock.trueMicros();
      tellSpace();
    }
  }

  public boolean isFull() {
    return full;
  }

  /** For how long its disk has been full; 0 when it is not. */
  public long fullForMicros() {
    return full ? clock.trueMicros() - fullSinceMicros : 0;
  }

  private void tellSpace() {
    if (process != null) {
      process.diskSpace(full);
    }
  }

  /** For how long an input keeps the processor busy, in microseconds. */
  long inputMicros() {
    return inputMicros;
  }

  /** A slow processor makes an overload of few requests. */
  public void slowProcessor(long microsPerInput) {
    inputMicros = microsPerInput;
  }

  public void usualProcessor() {
    inputMicros = USUAL_INPUT_MICROS;
  }

  /** How many times longer its disk takes than it should. */
  int diskFactor() {
    return diskFactor;
  }

  /** Whether it is gone for good. */
  public boolean retired() {
    return retired;
  }

  void retire() {
    retired = true;
  }

  void returnToService() {
    retired = false;
  }

  void halted() {
    halts++;
  }

  /** How many of its processes have stopped by their own decision. */
  public int halts() {
    return halts;
  }

  /** The process that runs on it, or null. */
  public @Nullable SimulatedProcess process() {
    return process;
  }

  void process(@Nullable SimulatedProcess next) {
    process = next;
    if (next != null) {
      identity = next.id();
    }
  }

  /** The identity of its last process, null before the first. */
  public @Nullable NodeId identity() {
    return identity;
  }

  public boolean runs() {
    return process != null;
  }

  /** All of these machines that are in service. */
  static List<SimulatedMachine> inService(List<SimulatedMachine> machines) {
    return machines.stream().filter(machine -> !machine.retired).toList();
  }

  @Override
  public String toString() {
    return clone ? name() + "'" : name();
  }
}
