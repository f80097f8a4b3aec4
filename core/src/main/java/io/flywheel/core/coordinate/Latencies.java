package io.flywheel.core.coordinate;

import io.flywheel.core.model.NodeId;
import java.util.Collection;
import java.util.TreeMap;

/**
 * How long other nodes have lately taken to answer: a mean in which each answer counts for an
 * eighth, as in TCP (Jacobson, 'Congestion Avoidance and Control', 1988). A mean that is not
 * renewed halves every {@value #HALF_LIFE_MILLIS} ms, so that a node that was slow is tried again.
 */
final class Latencies {
  private static final long HALF_LIFE_MILLIS = 10_000;
  private static final int PART = 8;

  /** Who takes no longer is never slow. */
  private static final double FAST_MILLIS = 20;

  /** So many times what the fastest takes is slow. */
  private static final double SLOW_FACTOR = 4;

  /** A mean that is younger has not changed by as much as a hundredth. */
  private static final long WORTH_MILLIS = HALF_LIFE_MILLIS / 100;

  private static final class Mean {
    private double millis;
    private long sinceMillis;
  }

  private final TreeMap<NodeId, Mean> means = new TreeMap<>();

  void answered(NodeId node, long afterMillis, long nowMillis) {
    var mean = means.get(node);
    if (mean == null) {
      mean = new Mean();
      mean.millis = afterMillis;
      means.put(node, mean);
    } else {
      double before = decayed(mean, nowMillis);
      mean.millis = before + (afterMillis - before) / PART;
    }
    mean.sinceMillis = nowMillis;
  }

  /** It takes longer than that, however fast it was before. */
  void silent(NodeId node, long forMillis, long nowMillis) {
    var mean = means.computeIfAbsent(node, _ -> new Mean());
    mean.millis = Math.max((double) forMillis, decayed(mean, nowMillis));
    mean.sinceMillis = nowMillis;
  }

  /** 0 for a node that was not heard lately. */
  double expectedMillis(NodeId node, long nowMillis) {
    var mean = means.get(node);
    return mean == null ? 0 : decayed(mean, nowMillis);
  }

  /** What the slowest of them takes. */
  double expectedMillis(Collection<NodeId> nodes, long nowMillis) {
    double most = 0;
    for (NodeId node : nodes) {
      most = Math.max(most, expectedMillis(node, nowMillis));
    }
    return most;
  }

  /** Above how long one of these nodes is slow, compared with the fastest of them. */
  double slowMillis(Collection<NodeId> nodes, NodeId self, long nowMillis) {
    double fastest = Double.MAX_VALUE;
    for (NodeId node : nodes) {
      if (!node.equals(self)) {
        fastest = Math.min(fastest, expectedMillis(node, nowMillis));
      }
    }
    return Math.max(FAST_MILLIS, fastest * SLOW_FACTOR);
  }

  private static double decayed(Mean mean, long nowMillis) {
    long age = nowMillis - mean.sinceMillis;
    return age < WORTH_MILLIS
        ? mean.millis
        : mean.millis * StrictMath.pow(0.5, age / (double) HALF_LIFE_MILLIS);
  }
}
