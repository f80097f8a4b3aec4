package io.flywheel.core.effect;

import java.util.ArrayList;
import java.util.List;

/** Where a node appends effects while it handles an input, for its runner to carry out after. */
public final class Outbox {
  private List<Effect> effects = new ArrayList<>();
  private long drains;

  public void add(Effect effect) {
    effects.add(effect);
  }

  public boolean isEmpty() {
    return effects.isEmpty();
  }

  /** All effects so far, in order; the outbox is empty afterwards. */
  public List<Effect> drain() {
    var drained = effects;
    effects = new ArrayList<>();
    drains++;
    return drained;
  }

  /** How often it was drained: while that stays the same, nothing has left the node. */
  public long drains() {
    return drains;
  }
}
