package io.flywheel.simulator.check;

import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.model.Key;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashMap;
import java.util.Map;

/**
 * A key that many read while a replica of it is stale is repaired once for all of them: a node does
 * not send a repair with every read, or readers of a hot key would be a herd that keeps its
 * replicas from catching up (scylladb#28125).
 */
final class OneRepairAtATime implements Witness {
  private static final long SPACING_MILLIS = 100;

  private record Place(long life, Key key) {}

  private final Scene scene;
  private final Map<Place, Long> lastMillis = new HashMap<>();

  OneRepairAtATime(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    if (!(envelope.message() instanceof ReplicaPut put) || put.request() != 0) {
      return; // somebody waits for an answer, so it is no repair
    }
    long now = from.machine().clock().monotonicMillis();
    var before = lastMillis.put(new Place(from.life(), put.key()), now);
    // One repair goes to all stale replicas at the same time.
    if (before != null && now != before && now - before < SPACING_MILLIS) {
      scene.violation(
          OneRepairAtATime.class,
          from + " repairs " + put.key() + " again after " + (now - before) + " ms");
    }
  }
}
