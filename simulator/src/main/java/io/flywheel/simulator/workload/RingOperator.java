package io.flywheel.simulator.workload;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.node.Standing;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Operators who let machines join and leave, lose some for good, replace them, and change their
 * minds, at random moments and through whichever node runs. They do not always look: much of what
 * they want is refused, and what they take for lost may come back. What cannot end by itself, as a
 * machine is lost, they see to.
 */
public final class RingOperator {
  private static final int MOST_MACHINES = 14;
  private static final long ROUND_MICROS = 200_000;
  private static final int MOST_WEIGHT = 4;
  private static final int MOST_AT_THE_END = 2;
  private static final long MOST_ABSENCE_MICROS = 12_000_000;
  private static final long MOST_CUT_MICROS = 6_000_000;
  private static final int LEAST_COPIES = 2;
  private static final int MORE_COPIES = 5;

  private final SimulatedCluster cluster;
  private final Changes changes;
  private final SplittableRandom random;
  private final Lookout lookout;
  private final Newcomers newcomers;
  private final Meddler meddler;

  private final List<SimulatedMachine> lost = new ArrayList<>();
  private final List<SimulatedMachine> off = new ArrayList<>();

  /** Those of whom somebody has said that they are lost: so they are. */
  private final List<SimulatedMachine> writtenOff = new ArrayList<>();

  /** Those that were not lost after all, and may have been removed meanwhile. */
  private final List<SimulatedMachine> returned = new ArrayList<>();

  /** Whom something was ordered that they have not answered. */
  private final List<SimulatedProcess> asked = new ArrayList<>();

  private boolean active;
  private boolean resting;

  public RingOperator(SimulatedCluster cluster, Changes changes, SplittableRandom random) {
    this.cluster = cluster;
    this.changes = changes;
    this.random = random;
    lookout = new Lookout(cluster, random);
    newcomers = new Newcomers(cluster, lookout, random);
    meddler = new Meddler(cluster, changes.meddling(), random.split());
  }

  public void begin() {
    active = true;
    later();
    round();
  }

  /** Nothing more is wanted; what was begun is seen to its end. */
  public void end() {
    active = false;
  }

  /**
   * Those that were switched off for good and never wiped, once nobody needs them any more, and who
   * know somebody that can tell them so.
   */
  public List<SimulatedMachine> switchedOff() {
    resting = true;
    return off.stream().filter(machine -> !lookout.knowsNobody(machine)).toList();
  }

  /** The first member has come to this cluster. */
  public void entered(Cluster next) {
    if (active) {
      meddler.entered(next, lookout.anyMember());
    }
  }

  // --- wishes

  private void later() {
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * changes.meanMicros());
    cluster
        .events()
        .after(
            pause,
            () -> {
              if (active) {
                wish(changes.wishes().get(random.nextInt(changes.wishes().size())));
                later();
              }
            });
  }

  private void wish(Changes.Wish wish) {
    var present = lookout.newest();
    var process = lookout.anyMember();
    if (present == null || process == null) {
      return;
    }
    cluster.trace().tell(() -> "an operator wants at " + process + ": " + wish);
    switch (wish) {
      case JOIN -> add("", null);
      case LEAVE -> order(process, new RingOrder.Leave());
      case REMOVE -> {
        if (present.ring().members().size() > present.ring().n()) {
          loseMember(present);
        }
      }
      case REPLACE -> {
        var gone = cluster.machines().size() < MOST_MACHINES ? loseMember(present) : null;
        if (gone != null) {
          add(gone.name(), gone);
        }
      }
      case REWEIGH -> reweigh(present, process);
      case REPLICATE -> {
        var copies = Replication.spread(LEAST_COPIES + random.nextInt(MORE_COPIES));
        order(process, new RingOrder.Replicate(copies));
      }
      case UNDO -> order(process, new RingOrder.Undo());
      case LOSE_SUBJECT -> loseSubject(present);
      case LOSE_SEVERAL -> loseSeveral(present);
      case RIVALS -> rival(present);
    }
  }

  private void reweigh(Cluster present, SimulatedProcess process) {
    var members = present.members();
    String name = members.get(random.nextInt(members.size())).name();
    order(process, new RingOrder.Reweigh(name, 1 + random.nextInt(MOST_WEIGHT)));
  }

  /** Whoever a rival can reach decides, or nobody does. */
  private void rival(Cluster present) {
    long group = random.nextLong();
    cluster.split(group, random.nextLong(MOST_CUT_MICROS));
    for (int side = 0; side < 2; side++) {
      var process = lookout.anyMember(group ^ -side);
      if (process != null && random.nextInt(3) > 0) {
        reweigh(present, process);
      } else if (process != null) {
        order(process, new RingOrder.Leave());
      }
    }
  }

  /** {@code gone}: whose address it may get as well, or null. */
  private void add(String replaces, @Nullable SimulatedMachine gone) {
    if (cluster.machines().size() < (active ? MOST_MACHINES : MOST_MACHINES + 1)) {
      // A disk was lost, and not the machine.
      newcomers.add(replaces, gone == null || off.contains(gone) ? null : gone);
    }
  }

  /** Some member's machine is gone, unless a majority or an open change needs it. */
  private @Nullable SimulatedMachine loseMember(Cluster present) {
    var members = present.ring().members();
    var unlucky = machineOf(members.get(random.nextInt(members.size())).id());
    boolean another = lost.stream().anyMatch(machine -> isIn(present, machine));
    if (members.size() < 3 || another || present.transition() != null || unlucky == null) {
      return null;
    }
    lose(unlucky);
    return unlucky;
  }

  private void loseSubject(Cluster present) {
    var subject = newcomerOf(present);
    var open = present.transition();
    if (open != null && open.change() instanceof RingChange.Leave(var node)) {
      subject = present.ring().members().size() < 3 || open.undone() ? null : node;
    }
    var machine = subject == null ? null : machineOf(subject);
    boolean another = lost.stream().anyMatch(gone -> isIn(present, gone));
    if (machine != null && !another) {
      lose(machine);
    }
  }

  /** Two, or up to half and one more: then no majority is left. At times who joins goes as well. */
  private void loseSeveral(Cluster present) {
    var members = new ArrayList<>(present.ring().members());
    int most = Math.min(members.size() / 2 + 1, members.size() - 1);
    boolean another = lost.stream().anyMatch(machine -> isIn(present, machine));
    if (most < 2 || another || cluster.machines().size() + most > MOST_MACHINES) {
      return;
    }
    var unlucky = new ArrayList<SimulatedMachine>();
    for (var node : unlucky(members, most)) {
      members.removeIf(member -> member.id().equals(node));
      var machine = machineOf(node);
      if (machine != null) {
        unlucky.add(machine);
      }
    }
    var newcomer = newcomerOf(present);
    var joining = newcomer == null ? null : machineOf(newcomer);
    if (joining != null && present.epoch() % 2 == 0) { // what else is drawn stays as it is
      unlucky.add(joining);
    }
    boolean someKnow =
        members.stream()
            .map(member -> machineOf(member.id()))
            .anyMatch(machine -> machine != null && Lookout.clusterOf(machine) != null);
    if (someKnow) {
      unlucky.forEach(this::lose);
    }
  }

  /** Any of them, or all in one data centre, where there are several. */
  private List<NodeId> unlucky(List<RingMember> members, int most) {
    var there = new TreeMap<String, List<NodeId>>();
    for (var member : members) {
      there.computeIfAbsent(member.zone().datacenter(), _ -> new ArrayList<>()).add(member.id());
    }
    if (there.size() > 1 && random.nextBoolean()) {
      return List.copyOf(there.values()).get(random.nextInt(there.size()));
    }
    var left = new ArrayList<>(members);
    var unlucky = new ArrayList<NodeId>();
    for (int count = 2 + random.nextInt(most - 1); count > 0; count--) {
      unlucky.add(left.remove(random.nextInt(left.size())).id());
    }
    return unlucky;
  }

  private void lose(SimulatedMachine machine) {
    lost.add(machine);
    newcomers.remove(machine);
    if (random.nextBoolean()) {
      cluster.takeAway(machine);
    } else {
      cluster.lose(machine);
      off.add(machine);
      if (random.nextInt(3) > 0) {
        long absence = random.nextLong(MOST_ABSENCE_MICROS);
        cluster.events().after(absence, () -> comeBack(machine));
      }
    }
  }

  /** It was off, or could not be reached, and knows nothing of what was decided meanwhile. */
  private void comeBack(SimulatedMachine machine) {
    if (active && !writtenOff.contains(machine) && !newcomers.anyReplaces(machine.name())) {
      lost.remove(machine);
      off.remove(machine);
      returned.add(machine);
      cluster.switchOn(machine);
    }
  }

  private void order(SimulatedProcess process, RingOrder order) {
    asked.add(process);
    process.operate(
        (node, now) ->
            node.changeRing(
                now,
                order,
                answer -> {
                  asked.remove(process);
                  cluster.trace().tell(() -> process + " answers " + order + ": " + answer);
                }));
  }

  // --- what somebody sees to

  private void round() {
    if (resting) {
      return;
    }
    var present = lookout.newest();
    if (present != null) {
      // Somebody may just let those in that give up.
      lost.addAll(newcomers.ask(present, mostNewcomers(present)));
      bury(present);
      if (random.nextInt(3) == 0) {
        pursue(present);
      }
    }
    cluster.events().after(ROUND_MICROS, this::round);
  }

  /** Who is no member any more, and knows it, is switched off. */
  private void bury(Cluster present) {
    for (var machine : cluster.inService()) {
      var identity = machine.identity();
      if (identity == null || !present.removed().contains(identity)) {
        continue;
      }
      var process = machine.process();
      var standing = process == null ? null : process.view().changes().standing();
      var own = Lookout.clusterOf(machine);
      boolean cannotStart = own != null && own.removed().contains(identity);
      boolean givenUp = returned.contains(machine);
      boolean over = standing == Standing.LEFT || (standing != null && givenUp && !active);
      if (standing == null ? cannotStart || machine.halts() > 0 : over) {
        newcomers.remove(machine);
        if (givenUp) {
          cluster.lose(machine); // with all that only it has
        } else {
          cluster.dismiss(machine);
        }
        off.add(machine);
      }
    }
  }

  /** What a lost machine stands in the way of. */
  private void pursue(Cluster present) {
    var process = lookout.anyMember();
    if (process == null) {
      return;
    }
    giveUp(present, process);
    var open = present.transition();
    var newcomer = newcomerOf(present);
    if (open != null && !open.undone() && newcomer != null && isLost(newcomer)) {
      order(process, new RingOrder.Undo());
    }
    for (var machine : lost) {
      boolean isReplaced = open == null && newcomers.anyReplaces(machine.name());
      boolean isNewcomer = machine.identity() != null && machine.identity().equals(newcomer);
      if (isIn(present, machine) && !isReplaced && !isNewcomer) {
        boolean isNeeded = isNeeded(present, machine);
        if (isNeeded && open == null) {
          replace(machine.name());
        } else {
          order(process, new RingOrder.Remove(machine.name()));
        }
      }
    }
  }

  /**
   * Says who is lost, where they are more than one; of one that need not be said, but may be. Who
   * was just joining is named with them.
   */
  private void giveUp(Cluster present, SimulatedProcess process) {
    var names = new ArrayList<String>();
    var joining = new ArrayList<String>();
    var gone = new ArrayList<SimulatedMachine>();
    for (var machine : lost) {
      var identity = machine.identity();
      var member = identity == null ? null : present.member(identity);
      if (member != null) {
        (present.ring().contains(member.id()) ? names : joining).add(member.name());
        gone.add(machine);
      }
    }
    if (names.size() > 1 || (!names.isEmpty() && random.nextInt(8) == 0)) {
      names.addAll(joining);
      writtenOff.addAll(gone);
      order(process, new RingOrder.Lose(names));
    }
  }

  /** There are too few to do without it: one that waits to join takes its place, or a new one. */
  private void replace(String name) {
    if (!newcomers.takePlaceOf(name)) {
      add(name, null);
    }
  }

  /** In the end only as many as there is time for, unless somebody's place is to be taken. */
  private int mostNewcomers(Cluster present) {
    boolean areNeeded = lost.stream().anyMatch(machine -> isIn(present, machine));
    return active || areNeeded ? MOST_MACHINES : MOST_AT_THE_END;
  }

  /** What is not yet at its end; empty for nothing. */
  public String obstacle() {
    var present = lookout.newest();
    if (present == null) {
      return "no cluster was formed";
    }
    if (present.transition() != null) {
      return "the ring still changes: " + present.transition().change();
    }
    asked.removeIf(process -> process.machine().process() != process);
    if (!asked.isEmpty()) {
      return asked.getFirst() + " has not answered";
    }
    for (var machine : lost) {
      if (isIn(present, machine)) {
        return machine + " is lost, and still a member";
      }
    }
    for (var machine : cluster.inService()) {
      var process = machine.process();
      var view = process == null ? null : process.view().changes();
      if (view == null || view.standing() != Standing.MEMBER || view.epoch() != present.epoch()) {
        return machine + " has not come to the present epoch " + present.epoch() + ": " + view;
      }
    }
    return "";
  }

  // --- what there is

  private @Nullable SimulatedMachine machineOf(NodeId identity) {
    for (var machine : cluster.inService()) {
      if (identity.equals(machine.identity())) {
        return machine;
      }
    }
    return null;
  }

  private boolean isLost(NodeId identity) {
    return lost.stream().anyMatch(machine -> identity.equals(machine.identity()));
  }

  /** Whether the others are too few for all copies. */
  private static boolean isNeeded(Cluster present, SimulatedMachine machine) {
    var identity = machine.identity();
    return identity != null
        && present.ring().contains(identity)
        && !Placement.objection(present.ring(), new RingChange.Remove(identity)).isEmpty();
  }

  private static boolean isIn(Cluster present, SimulatedMachine machine) {
    var identity = machine.identity();
    return identity != null && present.member(identity) != null;
  }

  static @Nullable NodeId newcomerOf(Cluster present) {
    var open = present.transition();
    return switch (open == null ? null : open.change()) {
      case RingChange.Add(var added) -> added.id();
      case RingChange.Replace(_, var by) -> by.id();
      case null, default -> null;
    };
  }
}
