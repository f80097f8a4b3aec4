package io.flywheel.simulator;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.Rhythm;
import io.flywheel.simulator.workload.Changes;
import io.flywheel.simulator.workload.Habits;
import io.flywheel.simulator.workload.Pulse;
import io.flywheel.simulator.workload.Reshaping;
import io.flywheel.simulator.world.Conditions;
import io.flywheel.simulator.world.Datacenters;
import io.flywheel.simulator.world.Fault;
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
 * @param reshaping how settings change; null in most runs
 * @param datacenters where machines stand; null where all are in one
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
    @Nullable Changes changes,
    @Nullable Reshaping reshaping,
    @Nullable Datacenters datacenters) {
  private static final int PULSES_APART = 60;
  private static final int CHANGES_FROM = 45;
  private static final int RESHAPED = 53;
  private static final int RESHAPED_AND_CHANGED = 54;
  private static final int APART_FROM = 55;
  private static final int APART_AND_CHANGED = 57;
  private static final int APART_TO = 58;
  private static final int PULSE_KEYS = 64;
  private static final int GRAY_KEYS = 8;

  /** A voter that forgets what it accepted is no voter. */
  private static final List<Fault> UNSUITABLE_WHERE_RINGS_CHANGE =
      List.of(
          Fault.CLONED_DIRECTORY,
          Fault.RESTORED_DIRECTORY,
          Fault.WIPED_DIRECTORY,
          Fault.WRONG_SETTINGS);

  /** {@code givenNodes} of 0 lets the seed draw. */
  static SwarmOptions draw(SplittableRandom random, int givenNodes) {
    var options = drawFaulty(random, givenNodes);
    int kind = givenNodes == 0 ? random.nextInt(PULSES_APART) : PULSES_APART;
    return switch (kind) {
      case 0 -> options.overwhelmed(random);
      case 1 -> options.ailing(random);
      case RESHAPED -> options.reshaped(random);
      case RESHAPED_AND_CHANGED -> options.changing(random).reshaped(random);
      case APART_AND_CHANGED -> options.apart(random).changing(random);
      case APART_TO -> options.severed(random);
      default -> {
        if (kind < CHANGES_FROM || kind > APART_TO) {
          yield options;
        }
        yield kind < APART_FROM ? options.changing(random) : options.apart(random);
      }
    };
  }

  /** Where a machine stands. */
  Zone zone(int machine) {
    var several = datacenters;
    return several == null
        ? new Zone("dc1", "r" + (machine % racks + 1))
        : several.zone(machine, racks);
  }

  private static SwarmOptions drawFaulty(SplittableRandom random, int givenNodes) {
    int drawnNodes = random.nextInt(3) == 0 ? 1 + random.nextInt(9) : 2 + random.nextInt(4);
    int nodes = givenNodes == 0 ? drawnNodes : givenNodes;
    int n = Math.min(nodes, random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 3);
    var settings = Circumstances.settings(random, n);
    boolean fair = random.nextInt(10) == 0;
    return new SwarmOptions(
        nodes,
        1 + random.nextInt(3),
        settings,
        fair ? Conditions.fair() : Circumstances.conditions(random),
        fair ? List.of() : Circumstances.faults(random),
        100_000L << random.nextInt(6),
        10L << random.nextInt(14),
        random.nextInt(5) == 0,
        random.nextInt(12) > 0,
        Circumstances.hintsLimit(random),
        Circumstances.rhythm(random),
        Circumstances.habits(random),
        null,
        null,
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
            settings.records().limits(),
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
        null,
        null,
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
        datacenters == null ? Math.clamp(nodes, 3, 6) : nodes,
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
        habits.over(Simulation.CHANGES_MICROS),
        null,
        new Changes(
            500_000L << random.nextInt(5),
            wishes,
            random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.5),
        null,
        datacenters);
  }

  /**
   * Namespaces come to be while faults happen, and while clients read and write there; they try
   * before, too.
   */
  private SwarmOptions reshaped(SplittableRandom random) {
    var suitable = new ArrayList<>(faults);
    suitable.removeAll(UNSUITABLE_WHERE_RINGS_CHANGE);
    var planned = new ArrayList<NamespaceSettings>();
    var keys = new ArrayList<Key>();
    keys.add(habits.keys().getFirst());
    for (int i = random.nextInt(4); i >= 0; i--) {
      var model = Circumstances.NAMESPACES.get(random.nextInt(Circumstances.NAMESPACES.size()));
      var namespace =
          new NamespaceSettings(
              "new-" + 2 * i, // even, as Garbling flips the last bit to leave all namespaces
              model.conflicts(),
              model.overflow(),
              model.blindWrites(),
              model.ttlMillis());
      planned.add(namespace);
      keys.add(Key.of(namespace.name(), "key-" + i));
    }
    return new SwarmOptions(
        nodes,
        racks,
        settings,
        conditions,
        suitable,
        meanFaultMicros,
        skewMillis,
        faultsAtFormation,
        durable,
        hintsLimitBytes,
        rhythm,
        habits.withKeys(keys),
        null,
        changes,
        new Reshaping(100_000L << random.nextInt(5), planned),
        null);
  }

  /** The settings with all namespaces that there will be. */
  ClusterSettings settingsInTheEnd() {
    var namespaces = new ArrayList<>(settings.namespaces());
    if (reshaping != null) {
      namespaces.addAll(reshaping.planned());
    }
    return new ClusterSettings(
        settings.cluster(),
        settings.partitions(),
        settings.replication(),
        settings.quorum(),
        settings.records().limits(),
        namespaces);
  }

  /** Data centres far from each other, one of which is cut off now and then beside all else. */
  private SwarmOptions apart(SplittableRandom random) {
    var machines = new ArrayList<Integer>();
    for (int i = 2 + random.nextInt(2); i > 0; i--) {
      machines.add(1 + random.nextInt(3));
    }
    var given = new Datacenters(machines, 5_000 + random.nextLong(70_000), false);
    int most = 1 + random.nextInt(3);
    var replication =
        random.nextInt(4) == 0
            ? Replication.spread(Math.min(given.all(), 3))
            : Replication.of(given.copies(most));
    var all = new ArrayList<>(faults);
    all.add(Fault.DATACENTER_CUT);
    return with(
        given, conditions, all, replication, Circumstances.quorum(random, replication.n()), habits);
  }

  /** The same, where nothing else is the matter, and so many clients that it would be noticed. */
  private SwarmOptions severed(SplittableRandom random) {
    int count = 2 + random.nextInt(2);
    var given = Datacenters.alike(count, 5 - count, 20_000 + random.nextLong(60_000), true);
    var replication = Replication.of(given.copies(2 + random.nextInt(2)));
    var keys = new ArrayList<Key>();
    for (int i = 0; i < GRAY_KEYS; i++) {
      keys.add(Key.of(NamespaceSettings.LWW.name(), "key-" + i));
    }
    var quorum = Quorum.majority(replication.n());
    return with(given, Conditions.fair(), List.of(), replication, quorum, habits.withKeys(keys));
  }

  private SwarmOptions with(
      Datacenters given,
      Conditions fitting,
      List<Fault> suitable,
      Replication replication,
      Quorum quorum,
      Habits asking) {
    var limits = settings.records().limits();
    return new SwarmOptions(
        given.all(),
        racks,
        new ClusterSettings(
            settings.cluster(),
            settings.partitions(),
            replication,
            quorum,
            limits,
            settings.namespaces()),
        fitting,
        suitable,
        meanFaultMicros,
        skewMillis,
        faultsAtFormation && !given.isCalm(),
        durable || given.isCalm(),
        given.isCalm() ? 1L << 30 : hintsLimitBytes,
        rhythm,
        asking.amongDatacenters(),
        null,
        null,
        null,
        given);
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
        + settings.records().limits()
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
        + (changes == null ? "" : ", " + changes)
        + (reshaping == null ? "" : ", " + reshaping)
        + (datacenters == null
            ? ""
            : ", " + datacenters + ", replication " + settings.replication());
  }
}
