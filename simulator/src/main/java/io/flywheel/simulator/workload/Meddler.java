package io.flywheel.simulator.workload;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.RingChange;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What befalls those who take part in a change, at the steps of the change and soon after: whom it
 * is about crashes, or somebody else on whose copies it depends, or it is not wanted any more.
 */
final class Meddler {
  private static final long SOON_MICROS = 600_000;

  private final SimulatedCluster cluster;
  private final double share;
  private final SplittableRandom random;

  /** {@code share}: of the steps at which something happens. */
  Meddler(SimulatedCluster cluster, double share, SplittableRandom random) {
    this.cluster = cluster;
    this.share = share;
    this.random = random;
  }

  /** {@code member}: one that runs, or null. */
  void entered(Cluster next, @Nullable SimulatedProcess member) {
    if (random.nextDouble() >= share) {
      return;
    }
    long soon = random.nextLong(1 + random.nextLong(SOON_MICROS));
    var members = next.ring().members();
    var source = members.get(random.nextInt(members.size())).id();
    var subject = subjectOf(next);
    switch (random.nextInt(5)) {
      case 0, 1 -> crash(source, soon);
      case 2, 3 -> crash(subject == null ? source : subject, soon);
      default -> cluster.events().after(soon, () -> undo(member));
    }
  }

  private void undo(@Nullable SimulatedProcess member) {
    if (member != null && member.alive()) {
      member.operate((node, now) -> node.changeRing(now, new RingOrder.Undo(), _ -> {}));
    }
  }

  private void crash(NodeId node, long soonMicros) {
    boolean powerLost = random.nextBoolean();
    cluster
        .events()
        .after(
            soonMicros,
            () -> {
              for (SimulatedMachine machine : cluster.inService()) {
                if (node.equals(machine.identity())) {
                  cluster.crash(machine, powerLost, "in the middle of a change");
                }
              }
            });
  }

  private static @Nullable NodeId subjectOf(Cluster present) {
    var open = present.transition();
    return open != null && open.change() instanceof RingChange.Leave(var node)
        ? node
        : RingOperator.newcomerOf(present);
  }
}
