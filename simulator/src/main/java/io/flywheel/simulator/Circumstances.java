package io.flywheel.simulator;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.BlindWrites;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NamespaceSettings.Overflow;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.node.Rhythm;
import io.flywheel.simulator.workload.Habits;
import io.flywheel.simulator.workload.Mischief;
import io.flywheel.simulator.world.Conditions;
import io.flywheel.simulator.world.Fault;
import io.flywheel.simulator.world.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws under what circumstances a cluster runs: its settings, its disks and network, what goes
 * wrong, and how clients behave. Each draw is independent of the others.
 */
final class Circumstances {
  private static final int CLEARINGS_APART = 64;

  static final List<NamespaceSettings> NAMESPACES =
      List.of(
          NamespaceSettings.DEFAULT,
          NamespaceSettings.LWW,
          new NamespaceSettings(
              "newest", Conflicts.SIBLINGS, Overflow.KEEP_NEWEST, BlindWrites.ALLOW, 0),
          new NamespaceSettings(
              "guarded", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.REFUSE, 0),
          new NamespaceSettings(
              "brief", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.ALLOW, 2_000));

  private Circumstances() {}

  static Quorum quorum(SplittableRandom random, int n) {
    boolean eventual = random.nextInt(4) == 0;
    return eventual
        ? Quorum.of(n, 1 + random.nextInt(n), 1 + random.nextInt(n))
        : Quorum.majority(n);
  }

  static ClusterSettings settings(SplittableRandom random, int n) {
    var quorum = quorum(random, n);
    int siblings = random.nextInt(3) == 0 ? 10 : 2 + random.nextInt(4);
    int valueBytes = 128 << random.nextInt(3);
    int objectBytes = valueBytes * (2 + random.nextInt(8)) + 256;
    var limits = new Limits(valueBytes, siblings, objectBytes);
    int partitions = 8 << random.nextInt(4);
    return new ClusterSettings("simulated", partitions, quorum, limits, NAMESPACES);
  }

  /** Most nodes have room for everything, some for a few records, and some for none. */
  static long hintsLimit(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> 200L << random.nextInt(5);
      default -> 1L << 30;
    };
  }

  /**
   * Fast enough for several eras to pass within a run. Where replicas compare seldom, those that
   * missed something stay behind for longer.
   */
  static Rhythm rhythm(SplittableRandom random) {
    boolean seldom = random.nextInt(4) == 0;
    return new Rhythm(
        1_000 + random.nextInt(2_000),
        seldom ? 4_000 + random.nextInt(4_000) : 300 + random.nextInt(700),
        16L << (10 + random.nextInt(6)),
        1L << 20);
  }

  static Conditions conditions(SplittableRandom random) {
    long network = 200L << random.nextInt(5);
    long disk = 50L << random.nextInt(7);
    boolean slowTail = random.nextBoolean();
    var conditions =
        new Conditions(
            new Pace(network, slowTail ? 0.05 : 0, 300_000),
            new Pace(disk, random.nextBoolean() ? 0.05 : 0, 200_000));
    conditions.messages(
        random.nextBoolean() ? random.nextDouble() * random.nextDouble() * 0.5 : 0,
        random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
        random.nextBoolean() ? random.nextDouble() * random.nextDouble() * 0.5 : 0);
    return conditions;
  }

  /** Half of the seeds try a few faults in depth, the others many at once. */
  static List<Fault> faults(SplittableRandom random) {
    var all = new ArrayList<>(List.of(Fault.values()));
    all.remove(Fault.DATACENTER_CUT);
    var faults = new ArrayList<Fault>();
    if (random.nextBoolean()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        faults.add(all.get(random.nextInt(all.size())));
      }
      return faults;
    }
    double share = random.nextDouble() * 0.6;
    for (var fault : all) {
      if (random.nextDouble() < share) {
        faults.add(fault);
      }
    }
    return faults;
  }

  static Habits habits(SplittableRandom random) {
    return random.nextInt(CLEARINGS_APART) == 0 ? drawClearing(random) : drawUse(random);
  }

  /**
   * Keys that come and go, a thousand times and more: most of what is written is deleted soon, or
   * ends by itself, and is written again.
   */
  private static Habits drawClearing(SplittableRandom random) {
    var keys = new ArrayList<Key>();
    int count = 10 + random.nextInt(90);
    for (int i = 0; i < count; i++) {
      keys.add(Key.of(NAMESPACES.get(random.nextInt(NAMESPACES.size())).name(), "key-" + i));
    }
    return new Habits(
        4 + random.nextInt(5),
        keys,
        1_000 + random.nextInt(1_500),
        5_000L << random.nextInt(4),
        0.3 + random.nextDouble() * 0.5,
        List.of(
            Mischief.SHORT_LIVED_PUT,
            Mischief.SHORT_LIVED_PUT,
            Mischief.BLIND_DELETE,
            Mischief.STALE_PUT),
        0.5 + random.nextDouble() * 0.4,
        1_000,
        false,
        false,
        random.nextInt(3) == 0 ? 0.1 : 0);
  }

  private static Habits drawUse(SplittableRandom random) {
    var keys = new ArrayList<Key>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int drawn = random.nextInt(2 * NAMESPACES.size());
      int last = NAMESPACES.size() - 1;
      // Half of the keys are of the first two namespaces, which are what most people use.
      var namespace = NAMESPACES.get(drawn <= last ? drawn : drawn - last > 3 ? 1 : 0);
      keys.add(Key.of(namespace.name(), "key-" + i));
    }
    long[] timeouts = {100, 500, 1000, 1000, 2000};
    return new Habits(
        1 + random.nextInt(8),
        keys,
        100 + random.nextInt(500),
        10_000L << random.nextInt(6),
        random.nextDouble() * 0.9,
        drawMischief(random),
        random.nextBoolean() ? random.nextDouble() * 0.4 : 0,
        timeouts[random.nextInt(timeouts.length)],
        random.nextInt(3) == 0,
        false,
        random.nextInt(3) == 0 ? random.nextDouble() * 0.2 : 0);
  }

  private static List<Mischief> drawMischief(SplittableRandom random) {
    var all = List.of(Mischief.values());
    if (random.nextBoolean()) {
      return all;
    }
    var some = new ArrayList<Mischief>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      some.add(all.get(random.nextInt(all.size())));
    }
    return some;
  }
}
