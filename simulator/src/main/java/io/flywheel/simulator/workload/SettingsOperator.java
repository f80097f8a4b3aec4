package io.flywheel.simulator.workload;

import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.RingOrder;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.SplittableRandom;

/**
 * Operators who make namespaces and change what may be changed of them, at random moments and
 * through whichever node runs. They also ask for what must never be: other conflicts of a namespace
 * that there is. In the end all that was planned is there.
 */
public final class SettingsOperator {
  private static final long ROUND_MICROS = 300_000;

  /** Hears what nodes say. */
  @FunctionalInterface
  public interface Listener {
    void answered(SimulatedProcess process, RingOrder order, RingAnswer answer);
  }

  private final SimulatedCluster cluster;
  private final Reshaping reshaping;
  private final RecordSettings formed;
  private final SplittableRandom random;
  private final Listener listener;
  private final Lookout lookout;
  private boolean active;
  private boolean finishing;

  public SettingsOperator(
      SimulatedCluster cluster,
      Reshaping reshaping,
      RecordSettings formed,
      SplittableRandom random,
      Listener listener) {
    this.cluster = cluster;
    this.reshaping = reshaping;
    this.formed = formed;
    this.random = random;
    this.listener = listener;
    lookout = new Lookout(cluster, random);
  }

  public void begin() {
    active = true;
    later();
  }

  public void end() {
    active = false;
  }

  private void later() {
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * reshaping.meanMicros());
    cluster
        .events()
        .after(
            pause,
            () -> {
              if (active) {
                wish();
                later();
              }
            });
  }

  private void wish() {
    var process = lookout.anyMember();
    if (process == null) {
      return;
    }
    var planned = reshaping.planned().get(random.nextInt(reshaping.planned().size()));
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> order(process, new RingOrder.DeclareNamespace(planned, true));
      case 3 -> order(process, new RingOrder.DeclareNamespace(altered(planned), false));
      case 4 -> order(process, new RingOrder.DeclareNamespace(impossible(planned), false));
      default -> order(process, new RingOrder.SetLimits(tighter()));
    }
  }

  /** What coordinators decide of a namespace; it has an end of life, or none, as planned. */
  private NamespaceSettings altered(NamespaceSettings planned) {
    return new NamespaceSettings(
        planned.name(),
        planned.conflicts(),
        planned.overflow(),
        random.nextBoolean() ? BlindWrites.ALLOW : BlindWrites.REFUSE,
        planned.ttlMillis() * (1 + random.nextInt(2)));
  }

  private static NamespaceSettings impossible(NamespaceSettings planned) {
    return new NamespaceSettings(
        planned.name(),
        planned.lastWriteWins() ? Conflicts.SIBLINGS : Conflicts.LAST_WRITE_WINS,
        planned.overflow(),
        planned.blindWrites(),
        planned.ttlMillis());
  }

  private Limits tighter() {
    var limits = formed.limits();
    int siblings = 1 + random.nextInt(limits.siblings());
    return new Limits(limits.valueBytes(), siblings, limits.objectBytes());
  }

  private void order(SimulatedProcess process, RingOrder order) {
    cluster.trace().tell(() -> "an operator wants at " + process + ": " + order);
    process.operate(
        (node, now) ->
            node.changeRing(
                now,
                order,
                answer -> {
                  cluster.trace().tell(() -> process + " answers " + order + ": " + answer);
                  listener.answered(process, order, answer);
                }));
  }

  /** From now on what is missing is made, one after the other. */
  public void finish() {
    if (!finishing) {
      finishing = true;
      round();
    }
  }

  private void round() {
    var newest = lookout.newest();
    var process = lookout.anyMember();
    if (newest != null && process != null) {
      for (NamespaceSettings planned : reshaping.planned()) {
        if (newest.records().namespace(planned.name()) == null) {
          order(process, new RingOrder.DeclareNamespace(planned, true));
          break;
        }
      }
    }
    if (!obstacle().isEmpty()) {
      cluster.events().after(ROUND_MICROS, this::round);
    }
  }

  /** What is not as it is to be in the end; empty for nothing. */
  public String obstacle() {
    var newest = lookout.newest();
    if (newest == null) {
      return "no cluster was formed";
    }
    for (NamespaceSettings planned : reshaping.planned()) {
      if (newest.records().namespace(planned.name()) == null) {
        return "nobody has namespace " + planned.name();
      }
    }
    for (var machine : cluster.inService()) {
      var process = machine.process();
      if (process == null || !process.view().records().equals(newest.records())) {
        return machine + " does not go by the settings of epoch " + newest.epoch();
      }
    }
    return "";
  }
}
