package io.flywheel.simulator.world;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.node.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to whole data directories and configurations, each at most once in a run and
 * only to a cluster that has been formed.
 */
public final class DirectoryFaults {
  private static final int MOST_NODES = 9;

  private final SimulatedCluster cluster;
  private final SplittableRandom random;
  private boolean formed;
  private @Nullable SimulatedMachine copied;
  private @Nullable SimulatedDisk copy;
  private final TreeSet<Integer> wentBack = new TreeSet<>();
  private @Nullable SimulatedMachine clone;
  private @Nullable SimulatedMachine wiped;
  private @Nullable SimulatedMachine misconfigured;

  DirectoryFaults(SimulatedCluster cluster, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
  }

  public @Nullable SimulatedMachine cloned() {
    return clone;
  }

  /** Whether its directory, or one that it shares its identity with, is older than it was. */
  public boolean mayHaveGoneBack(SimulatedMachine machine) {
    return clone != null || wentBack.contains(machine.index());
  }

  public @Nullable SimulatedMachine wiped() {
    return wiped;
  }

  public @Nullable SimulatedMachine misconfigured() {
    return misconfigured;
  }

  boolean inject(Fault fault, SimulatedMachine machine) {
    boolean several = cluster.machines().size() > 1 && cluster.machines().size() < MOST_NODES + 1;
    if (!hasFormed() || machine == clone || machine == wiped) {
      return false;
    }
    return switch (fault) {
      case CLONED_DIRECTORY -> several && cloneOf(machine);
      case RESTORED_DIRECTORY -> copyOrRestore(machine);
      case WIPED_DIRECTORY -> several && wipe(machine);
      default -> several && misconfigure(machine);
    };
  }

  private boolean hasFormed() {
    if (!formed) {
      formed = true;
      for (var machine : cluster.machines()) {
        var process = machine.process();
        formed &= process != null && process.view().serving();
      }
    }
    return formed;
  }

  private boolean cloneOf(SimulatedMachine machine) {
    if (clone != null) {
      return false;
    }
    var meant = machine.config();
    var config =
        new NodeConfig(
            meant.name(),
            meant.zone(),
            meant.weight(),
            "clone:7401",
            "clone:7501",
            meant.settings(),
            meant.initialMembers(),
            meant.seeds(),
            meant.durable(),
            meant.hintsLimitBytes(),
            meant.rhythm(),
            meant.secret());
    var second = cluster.addMachine(config, machine.clock(), true);
    machine.disk().copyTo(second.disk());
    clone = second;
    cluster.events().after(random.nextLong(3_000_000), () -> cluster.start(second));
    return true;
  }

  /** Copies the directory the first time and puts the copy back the second time. */
  private boolean copyOrRestore(SimulatedMachine machine) {
    var original = copied;
    var backup = copy;
    if (original == null || backup == null) {
      copied = machine;
      copy = new SimulatedDisk(random.split());
      machine.disk().copyTo(copy);
      return false;
    }
    copied = null;
    if (original.retired() || original == wiped) {
      return false;
    }
    cluster.crash(original, true, "its directory is replaced by an older copy");
    backup.copyTo(original.disk());
    wentBack.add(original.index());
    cluster.witness().damaged(original, Damage.OLDER_DIRECTORY);
    return true;
  }

  private boolean wipe(SimulatedMachine machine) {
    if (wiped != null) {
      return false;
    }
    wiped = machine;
    cluster.crash(machine, true, "its directory is wiped");
    machine.disk().wipe();
    cluster.witness().damaged(machine, Damage.LOST_DIRECTORY);
    return true;
  }

  private boolean misconfigure(SimulatedMachine machine) {
    if (misconfigured != null) {
      return false;
    }
    misconfigured = machine;
    cluster.crash(machine, true, "it is configured anew");
    machine.misconfigure(withOtherConflicts(machine.config()));
    return true;
  }

  /** Every namespace keeps what the others lose, and the other way round. */
  static NodeConfig withOtherConflicts(NodeConfig config) {
    var settings = config.settings();
    List<NamespaceSettings> namespaces = new ArrayList<>();
    for (var namespace : settings.namespaces()) {
      var other = namespace.lastWriteWins() ? Conflicts.SIBLINGS : Conflicts.LAST_WRITE_WINS;
      namespaces.add(
          new NamespaceSettings(
              namespace.name(),
              other,
              namespace.overflow(),
              namespace.blindWrites(),
              namespace.ttlMillis()));
    }
    var mistaken =
        new ClusterSettings(
            settings.cluster(),
            settings.partitions(),
            settings.quorum(),
            settings.records().limits(),
            namespaces);
    return new NodeConfig(
        config.name(),
        config.zone(),
        config.weight(),
        config.clientAddress(),
        config.peerAddress(),
        mistaken,
        config.initialMembers(),
        config.seeds(),
        config.durable(),
        config.hintsLimitBytes(),
        config.rhythm(),
        config.secret());
  }
}
