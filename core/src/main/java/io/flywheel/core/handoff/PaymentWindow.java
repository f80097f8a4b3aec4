package io.flywheel.core.handoff;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.model.NodeId;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many payments may be under way at a time. An owner that has just come back is slow: its code
 * is not compiled, its caches are empty, and everybody has something for it, while clients ask it
 * again. So payments begin with few; each that is confirmed promptly makes room for one more, and
 * one that took long halves the room, as TCP does for networks (Jacobson, 'Congestion Avoidance and
 * Control', 1988). After a rest they begin with few again.
 *
 * <p>What an owner in another data centre takes is mostly the way there and back, which nobody can
 * help: it is taken to be the least that it has lately taken, and is allowed for.
 */
final class PaymentWindow {
  private static final int LEAST = 1;
  private static final int FIRST = 4;
  private static final int MOST = 128;
  private static final long PROMPT_MILLIS = 50;
  private static final long REST_MILLIS = 1_000;

  /** Half round the world and back, and then some. */
  private static final long MOST_WAY_MILLIS = 400;

  private final Predicate<NodeId> isFar;
  private final TreeMap<NodeId, Long> waysMillis = new TreeMap<>();
  private int size = FIRST;
  private long halvedMillis = Long.MIN_VALUE;
  private long lastMillis = Long.MIN_VALUE;

  /** {@code isFar}: whether an owner stands in another data centre. */
  PaymentWindow(Predicate<NodeId> isFar) {
    this.isFar = isFar;
  }

  static PaymentWindow among(Supplier<@Nullable Peers> peers) {
    return new PaymentWindow(
        owner -> {
          var present = peers.get();
          return present != null && !present.isNear(owner);
        });
  }

  int size(long nowMillis) {
    return nowMillis - REST_MILLIS > lastMillis ? FIRST : size;
  }

  /** The owner has a payment, sent at that time, on its disk. */
  void confirmed(NodeId owner, long sentMillis, long nowMillis) {
    size = size(nowMillis);
    lastMillis = nowMillis;
    long taken = nowMillis - sentMillis;
    if (taken - wayMillis(owner, taken) <= PROMPT_MILLIS) {
      size = Math.min(MOST, size + 1);
    } else if (sentMillis > halvedMillis) {
      // Others that were under way at that time say nothing new.
      size = Math.max(LEAST, size / 2);
      halvedMillis = nowMillis;
    }
  }

  private long wayMillis(NodeId owner, long takenMillis) {
    return isFar.test(owner)
        ? waysMillis.merge(owner, Math.min(takenMillis, MOST_WAY_MILLIS), Math::min)
        : 0;
  }
}
