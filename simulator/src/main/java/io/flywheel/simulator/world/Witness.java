package io.flywheel.simulator.world;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Sibling;
import java.util.List;

/** Sees everything that happens in a cluster, at the moment at which it happens. */
public interface Witness {
  /** A process sends a message, whether it arrives or not. */
  default void sent(SimulatedProcess from, Envelope envelope) {}

  /** A process takes up a message. */
  default void received(SimulatedProcess to, Envelope envelope) {}

  /** A message leaves for another data centre. */
  default void crossing(SimulatedProcess from, SimulatedProcess to, Envelope envelope) {}

  /** A process wants this stored; it may die before any of it is written. */
  default void storing(SimulatedProcess process, List<Mutation> mutations) {}

  /** A process is about to start on what its machine's disk has kept. */
  default void recovered(SimulatedMachine machine) {}

  /** What a process wrote since the last time is durable on its machine. */
  default void synced(SimulatedMachine machine, List<Mutation> mutations) {}

  /** A process answers a client's request. */
  default void responded(SimulatedProcess process, Effect.Respond respond) {}

  /** A process has stopped by its own decision. */
  default void halted(SimulatedProcess process, String reason) {}

  /** A process threw: a bug in any case. */
  default void threw(SimulatedProcess process, RuntimeException exception) {}

  /** A machine's directory and configuration do not let a process start. */
  default void refusedToStart(SimulatedMachine machine, String reason) {}

  /** A fault changed a durable value of a key, under the same dot. */
  default void changed(SimulatedMachine machine, Key key, Sibling before, Sibling after) {}

  /** A machine is gone for good, with all that is on its disk. */
  default void lost(SimulatedMachine machine) {}

  /** A machine is no member any more, and is switched off. */
  default void left(SimulatedMachine machine) {}

  /** A fault destroyed durable data of a machine. */
  default void damaged(SimulatedMachine machine, Damage damage) {}
}
