package io.flywheel.server.runtime;

import io.flywheel.core.model.Now;

/** The time that a node is told. */
@FunctionalInterface
public interface NodeClock {
  Now now();

  /** The machine's clocks; the monotonic one counts from this call. */
  static NodeClock ofMachine() {
    long origin = System.nanoTime();
    return () ->
        new Now(System.currentTimeMillis(), Math.floorDiv(System.nanoTime() - origin, 1_000_000L));
  }
}
