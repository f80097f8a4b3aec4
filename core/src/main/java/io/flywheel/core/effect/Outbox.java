package io.flywheel.core.effect;

import java.util.ArrayList;
import java.util.List;

/** Where a node appends effects while it handles an input, for its runner to carry out after. */
public final class Outbox {
  private List<Effect> effects = new ArrayList<>();

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
    return drained;
  }
}
