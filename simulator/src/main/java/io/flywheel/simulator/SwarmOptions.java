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
import io.flywheel.simulator.workload.Changes;
import io.flywheel.simulator.workload.Habits;
import io.flywheel.simulator.workload.Mischief;
import io.flywheel.simulator.workload.Pulse;
import io.flywheel.simulator.world.Conditions;
import io.flywheel.simulator.world.Fault;
import io.flywheel.simulator.world.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one seed tries, drawn from it (swarm testing, Groce et al. 2012): each run leaves out most
 * faults and features, so that those that are left meet in ways in which they would not if all
 * happened always.
 *
 * @param conditions how messages and disks fare until the heal
 * @param skewMillis how far wall clocks are off at the beginning, at most
 * @param faultsAtFormation whether faults begin before the cluster has been formed
 * @param durable whether nodes sync before they acknowledge
 * @param hintsLimitBytes how much each node keeps for others
 * @param rhythm how often nodes do what nobody waits for
 * @param pulse an overload, instead of faults; null in most runs
 * @param changes how the ring changes; null in most runs
 */
public record SwarmOptions(
    int nodes,
    int racks,
    ClusterSettings settings,
    Conditions conditions,
    List<Fault> faults,
    long meanFaultMicros,
    long skewMillis,
    boolean faultsAtFormation,
    boolean durable,
    long hintsLimitBytes,
    Rhythm rhythm,
    Habits habits,
    @Nullable Pulse pulse,
    @Nullable Changes changes) {
  private static final int CLEARINGS_APART = 64;
  private static final int PULSES_APART = 60;
  private static final int CHANGES_FROM = 45;
  private static final int CHANGES_TO = 53;
  private static final int PULSE_KEYS = 64;
  private static final int GRAY_KEYS = 8;

  /** A voter that forgets what it accepted is no voter. */
  private static final List<Fault> UNSUITABLE_WHERE_RINGS_CHANGE =
      List.of(
          Fault.CLONED_DIRECTORY,
          Fault.RESTORED_DIRECTORY,
          Fault.WIPED_DIRECTORY,
          Fault.WRONG_SETTINGS);

  private static final List<NamespaceSettings> NAMESPACES =
      List.of(
          NamespaceSettings.DEFAULT,
          NamespaceSettings.LWW,
          new NamespaceSettings(
              "newest", Conflicts.SIBLINGS, Overflow.KEEP_NEWEST, BlindWrites.ALLOW, 0),
          new NamespaceSettings(
              "guarded", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.REFUSE, 0),
          new NamespaceSettings(
              "brief", Conflicts.SIBLINGS, Overflow.REFUSE, BlindWrites.ALLOW, 2_000));

  /** {@code givenNodes} of 0 lets the seed draw. */
  static SwarmOptions draw(SplittableRandom random, int givenNodes) {
    var options = drawFaulty(random, givenNodes);
    int kind = givenNodes == 0 ? random.nextInt(PULSES_APART) : PULSES_APART;
    return switch (kind) {
      case 0 -> options.overwhelmed(random);
      case 1 -> options.ailing(random);
      default -> kind >= CHANGES_FROM && kind < CHANGES_TO ? options.changing(random) : options;
    };
  }

  private static SwarmOptions drawFaulty(SplittableRandom random, int givenNodes) {
    int drawnNodes = random.nextInt(3) == 0 ? 1 + random.nextInt(9) : 2 + random.nextInt(4);
    int nodes = givenNodes == 0 ? drawnNodes : givenNodes;
    int n = Math.min(nodes, random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 3);
    var settings = drawSettings(random, n);
    boolean fair = random.nextInt(10) == 0;
    return new SwarmOptions(
        nodes,
        1 + random.nextInt(3),
        settings,
        fair ? Conditions.fair() : drawConditions(random),
        fair ? List.of() : drawFaults(random),
        100_000L << random.nextInt(6),
        10L << random.nextInt(14),
        random.nextInt(5) == 0,
        random.nextInt(12) > 0,
        drawHintsLimit(random),
        drawRhythm(random),
        drawHabits(random),
        null,
        null);
  }

  /** An overload by itself: all else is as it should be, so that there is nothing else to blame. */
  private SwarmOptions overwhelmed(SplittableRandom random) {
    int machines = random.nextBoolean() ? 5 : Math.clamp(nodes, 3, 5);
    int perSecond = 40 + random.nextInt(40);
    // A request is some ten inputs, all in all.
    long inputMicros = 450_000L * machines / perSecond / 10;
    long pulseMicros = 4_000_000L + random.nextInt(2_000_000);
    boolean absence = random.nextBoolean();
    return with(
        machines,
        PULSE_KEYS,
        new Pulse(perSecond, 10, 6_000_000, pulseMicros, absence, 500, inputMicros));
  }

  /** One machine after the other that is neither well nor dead, and no more to do than usual. */
  private SwarmOptions ailing(SplittableRandom random) {
    int perSecond = 20 + random.nextInt(80);
    return with(
        Math.clamp(nodes, 3, 5), GRAY_KEYS, new Pulse(perSecond, 1, 2_000_000, 0, false, 1_000, 0));
  }

  private SwarmOptions with(int machines, int keyCount, Pulse given) {
    var keys = new ArrayList<Key>();
    for (int i = 0; i < keyCount; i++) {
      keys.add(Key.of(NamespaceSettings.LWW.name(), "key-" + i));
    }
    return new SwarmOptions(
        machines,
        racks,
        new ClusterSettings(
            settings.cluster(),
            settings.partitions(),
            Quorum.of(3, 2, 2),
            settings.limits(),
            settings.namespaces()),
        Conditions.fair(),
        List.of(),
        meanFaultMicros,
        skewMillis,
        false,
        true,
        1L << 30,
        rhythm,
        habits.withKeys(keys),
        given,
        null);
  }

  /** Members come and go while faults happen, and while clients read and write. */
  private SwarmOptions changing(SplittableRandom random) {
    var suitable = new ArrayList<>(faults);
    suitable.removeAll(UNSUITABLE_WHERE_RINGS_CHANGE);
    var wishes = new ArrayList<>(List.of(Changes.Wish.values()));
    for (int i = random.nextInt(4); i > 0; i--) {
      wishes.remove(random.nextInt(wishes.size()));
    }
    return new SwarmOptions(
        Math.clamp(nodes, 3, 6),
        racks,
        settings,
        conditions,
        suitable,
        meanFaultMicros,
        skewMillis,
        false,
        durable,
        hintsLimitBytes,
        rhythm,
        habits,
        null,
        new Changes(500_000L << random.nextInt(5), wishes));
  }

  private static ClusterSettings drawSettings(SplittableRandom random, int n) {
    int majority = n / 2 + 1;
    boolean eventual = random.nextInt(4) == 0;
    int r = eventual ? 1 + random.nextInt(n) : majority;
    int w = eventual ? 1 + random.nextInt(n) : majority;
    int siblings = random.nextInt(3) == 0 ? 10 : 2 + random.nextInt(4);
    int valueBytes = 128 << random.nextInt(3);
    int objectBytes = valueBytes * (2 + random.nextInt(8)) + 256;
    var limits = new Limits(valueBytes, siblings, objectBytes);
    int partitions = 8 << random.nextInt(4);
    return new ClusterSettings("simulated", partitions, Quorum.of(n, r, w), limits, NAMESPACES);
  }

  /** Most nodes have room for everything, some for a few records, and some for none. */
  private static long drawHintsLimit(SplittableRandom random) {
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
  private static Rhythm drawRhythm(SplittableRandom random) {
    boolean seldom = random.nextInt(4) == 0;
    return new Rhythm(
        1_000 + random.nextInt(2_000),
        seldom ? 4_000 + random.nextInt(4_000) : 300 + random.nextInt(700),
        16L << (10 + random.nextInt(6)),
        1L << 20);
  }

  private static Conditions drawConditions(SplittableRandom random) {
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
  private static List<Fault> drawFaults(SplittableRandom random) {
    var all = List.of(Fault.values());
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

  private static Habits drawHabits(SplittableRandom random) {
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

  @Override
  public String toString() {
    var quorum = settings.quorum();
    return nodes
        + " nodes on "
        + racks
        + " racks, "
        + settings.partitions()
        + " partitions, n "
        + quorum.n()
        + ", r "
        + quorum.r()
        + ", w "
        + quorum.w()
        + ", "
        + settings.limits()
        + (durable ? "" : ", periodic durability")
        + (hintsLimitBytes == 1L << 30 ? "" : ", " + hintsLimitBytes + " bytes of hints")
        + ", "
        + rhythm
        + ", faults "
        + faults
        + " every "
        + meanFaultMicros / 1000
        + " ms, "
        + habits
        + (pulse == null ? "" : ", " + pulse)
        + (changes == null ? "" : ", " + changes);
  }
}
