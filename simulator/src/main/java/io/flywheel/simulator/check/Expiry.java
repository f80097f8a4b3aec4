package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.workload.Operation;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.HashMap;
import java.util.Map;

/** A value's end is one moment, the same in every copy, and no reader sees it afterwards. */
final class Expiry implements Witness, Evidence.Listener {
  private record KeyedDot(Key key, Dot dot) {}

  private final Scene scene;
  private final Map<KeyedDot, Long> expiries = new HashMap<>();

  Expiry(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void seen(Key key, Dot dot, Operation operation, Sibling sibling) {
    var first = expiries.putIfAbsent(new KeyedDot(key, dot), sibling.expiryMillis());
    if (first != null && first != sibling.expiryMillis()) {
      scene.violation(
          Expiry.class, operation + " ends at " + first + " and at " + sibling.expiryMillis());
    }
    if (operation.expires() != (sibling.expiryMillis() != Sibling.NEVER)) {
      scene.violation(Expiry.class, operation + " ends at " + sibling.expiryMillis());
    }
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    if (respond.outcome() instanceof Outcome.Found found) {
      long now = process.machine().clock().wallMillis();
      for (var sibling : found.values()) {
        if (sibling.expiryMillis() != Sibling.NEVER && sibling.expiryMillis() <= now) {
          scene.violation(
              Expiry.class,
              process
                  + " shows a value of "
                  + respond.key()
                  + " that ended "
                  + (now - sibling.expiryMillis())
                  + " ms ago");
        }
      }
    }
  }
}
