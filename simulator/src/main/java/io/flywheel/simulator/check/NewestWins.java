package io.flywheel.simulator.check;

import io.flywheel.core.model.Key;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Siblings;
import io.flywheel.simulator.workload.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Where the last write wins, losing concurrent writes is what was asked for; but all replicas must
 * agree on who wins, and a write wins over those that its client had read. Otherwise replicas that
 * merge in different orders end up with different winners, or with none. So over all records that
 * are ever seen 'won over' and 'had read' together must be free of circles, however wrong the
 * clocks are.
 */
final class NewestWins implements Evidence.Listener {
  private final Scene scene;
  private final List<BitSet> below = new ArrayList<>();

  NewestWins(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inspected(Key key, Siblings state) {
    var namespace = scene.settings().records().namespace(key.namespace());
    if (namespace == null || !namespace.lastWriteWins() || state.isEmpty()) {
      return;
    }
    if (state.living().size() != 1) {
      scene.violation(
          NewestWins.class, key + " has seen writes and holds " + state.living().size());
      return;
    }
    var winner = scene.evidence().operationOf(key, state.living().getLast().dot());
    if (winner != null && isMintedOnce(winner)) {
      for (var operation : scene.history().of(key)) {
        if (operation != winner && isMintedOnce(operation) && isSeen(operation, state)) {
          wonOver(winner, operation);
        }
      }
    }
  }

  private void wonOver(Operation winner, Operation loser) {
    if (below(winner).get(loser.number())) {
      return;
    }
    if (below(loser).get(winner.number())) {
      scene.violation(
          NewestWins.class,
          winner + " won over " + loser + ", which elsewhere is the newer of the two");
      return;
    }
    var gained = (BitSet) below(loser).clone();
    gained.set(loser.number());
    for (var operation : scene.history().of(winner.key())) {
      if (operation == winner || below(operation).get(winner.number())) {
        below(operation).or(gained);
      }
    }
  }

  /** What is below an operation by any chain of readings and victories. */
  private BitSet below(Operation operation) {
    while (below.size() <= operation.number()) {
      below.add(scene.history().operations().get(below.size()).everythingKnown());
    }
    return below.get(operation.number());
  }

  /** What was sent twice may have been minted twice, and its second dot is newer than the first. */
  private static boolean isMintedOnce(Operation operation) {
    return operation.dots().size() == 1 && operation.attempts().size() == 1;
  }

  private static boolean isSeen(Operation operation, Siblings state) {
    for (Dot dot : operation.dots()) {
      if (state.context().covers(dot)) {
        return true;
      }
    }
    return false;
  }
}
