package io.flywheel.simulator.workload;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.RingOrder;
import io.flywheel.core.node.Standing;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.RingChange;
import io.flywheel.simulator.world.SimulatedClock;
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
 * they want is refused. What cannot end by itself, as a machine is lost, they see to.
 */
public final class RingOperator {
  private static final int MOST_MACHINES = 14;
  private static final long ROUND_MICROS = 200_000;
  private static final int MOST_WEIGHT = 4;

  private final SimulatedCluster cluster;
  private final Changes changes;
  private final SplittableRandom random;

  /** Those that are to join, and whose place they take; empty for nobody's. */
  private final TreeMap<Integer, String> newcomers = new TreeMap<>();

  private final List<SimulatedMachine> lost = new ArrayList<>();
  private final List<SimulatedMachine> off = new ArrayList<>();
  private final Lookout lookout;
  private boolean active;
  private boolean resting;
  private int names;

  public RingOperator(SimulatedCluster cluster, Changes changes, SplittableRandom random) {
    this.cluster = cluster;
    this.changes = changes;
    this.random = random;
    lookout = new Lookout(cluster, random);
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
    return off.stream().filter(machine -> !knowsNobody(machine)).toList();
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
      case JOIN -> add("");
      case LEAVE -> order(process, new RingOrder.Leave());
      case REMOVE -> {
        if (present.ring().members().size() > present.ring().n()) {
          loseMember(present);
        }
      }
      case REPLACE -> {
        var gone = cluster.machines().size() < MOST_MACHINES ? loseMember(present) : null;
        if (gone != null) {
          add(gone.name());
        }
      }
      case REWEIGH -> {
        var members = present.members();
        String name = members.get(random.nextInt(members.size())).name();
        order(process, new RingOrder.Reweigh(name, 1 + random.nextInt(MOST_WEIGHT)));
      }
      case UNDO -> order(process, new RingOrder.Undo());
      case LOSE_SUBJECT -> loseSubject(present);
      case LOSE_SEVERAL -> loseSeveral(present);
    }
  }

  private void add(String replaces) {
    if (cluster.machines().size() >= (active ? MOST_MACHINES : MOST_MACHINES + 1)) {
      return;
    }
    var model = cluster.machines().getFirst().config();
    boolean sameName = !replaces.isEmpty() && random.nextBoolean();
    String host = "new-" + ++names;
    var config =
        new NodeConfig(
            sameName ? replaces : host,
            cluster.machines().get(random.nextInt(cluster.machines().size())).config().zone(),
            1 + random.nextInt(2),
            host + ":7401",
            host + ":7501",
            model.settings(),
            List.of(),
            cluster.inService().stream().map(SimulatedMachine::address).toList(),
            model.durable(),
            model.hintsLimitBytes(),
            model.rhythm(),
            model.secret());
    var clock = new SimulatedClock(cluster.events(), random.nextLong(1_000_000_000), 0);
    var machine = cluster.addMachine(config, clock, false);
    newcomers.put(machine.index(), replaces);
    cluster.start(machine);
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
    if (open != null && open.change() instanceof RingChange.Remove(var node)) {
      subject = present.ring().members().size() < 3 || open.undone() ? null : node;
    }
    var machine = subject == null ? null : machineOf(subject);
    boolean another = lost.stream().anyMatch(gone -> isIn(present, gone));
    if (machine != null && !another) {
      lose(machine);
    }
  }

  /** Two of them, or up to half and one more: then those who are left are no majority. */
  private void loseSeveral(Cluster present) {
    var members = new ArrayList<>(present.ring().members());
    int most = Math.min(members.size() / 2 + 1, members.size() - 1);
    boolean another = lost.stream().anyMatch(machine -> isIn(present, machine));
    if (most < 2 || another || cluster.machines().size() + most > MOST_MACHINES) {
      return;
    }
    var unlucky = new ArrayList<SimulatedMachine>();
    for (int count = 2 + random.nextInt(most - 1); count > 0; count--) {
      var machine = machineOf(members.remove(random.nextInt(members.size())).id());
      if (machine != null) {
        unlucky.add(machine);
      }
    }
    boolean someKnow =
        members.stream()
            .map(member -> machineOf(member.id()))
            .anyMatch(machine -> machine != null && Lookout.clusterOf(machine) != null);
    if (someKnow) {
      unlucky.forEach(this::lose);
    }
  }

  private void lose(SimulatedMachine machine) {
    lost.add(machine);
    newcomers.remove(machine.index());
    if (random.nextBoolean()) {
      cluster.takeAway(machine);
    } else {
      cluster.lose(machine);
      off.add(machine);
    }
  }

  private void order(SimulatedProcess process, RingOrder order) {
    process.operate(
        (node, now) ->
            node.changeRing(
                now,
                order,
                answer ->
                    cluster.trace().tell(() -> process + " answers " + order + ": " + answer)));
  }

  // --- what somebody sees to

  private void round() {
    if (resting) {
      return;
    }
    var present = lookout.newest();
    if (present != null) {
      askToJoin(present);
      bury(present);
      if (random.nextInt(3) == 0) {
        pursue(present);
      }
    }
    cluster.events().after(ROUND_MICROS, this::round);
  }

  private void askToJoin(Cluster present) {
    for (var newcomer : List.copyOf(newcomers.entrySet())) {
      var machine = cluster.machines().get(newcomer.getKey());
      var process = machine.process();
      if (process == null || random.nextInt(5) > 0) {
        continue;
      }
      if (process.view().changes().standing() != Standing.OUTSIDE) {
        newcomers.remove(machine.index());
        continue;
      }
      if (knowsNobody(machine)) {
        newcomers.remove(machine.index());
        cluster.switchOff(machine);
        continue;
      }
      String place = newcomer.getValue();
      if (!place.isEmpty() && present.named(place) == null) {
        newcomers.put(machine.index(), "");
      }
      process.operate(
          (node, now) ->
              node.join(
                  now,
                  place.isEmpty() ? null : place,
                  answer ->
                      cluster.trace().tell(() -> process + " asked to join, and: " + answer)));
    }
  }

  /** Whether all that it was told to turn to have left by now. */
  private boolean knowsNobody(SimulatedMachine machine) {
    var known = new ArrayList<>(machine.config().seeds());
    var stored = Lookout.clusterOf(machine);
    if (stored != null) {
      stored.members().forEach(member -> known.add(member.peerAddress()));
    }
    return cluster.inService().stream().noneMatch(other -> known.contains(other.address()));
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
      if (standing == null ? cannotStart || machine.halts() > 0 : standing == Standing.LEFT) {
        newcomers.remove(machine.index());
        cluster.dismiss(machine);
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
      boolean isReplaced = open == null && newcomers.containsValue(machine.name());
      boolean isNewcomer = machine.identity() != null && machine.identity().equals(newcomer);
      if (isIn(present, machine) && !isReplaced && !isNewcomer) {
        boolean isNeeded = present.ring().members().size() <= present.ring().n();
        if (isNeeded && open == null) {
          replace(machine.name());
        } else {
          order(process, new RingOrder.Remove(machine.name()));
        }
      }
    }
  }

  /** Says who is lost, where they are more than one; of one that need not be said, but may be. */
  private void giveUp(Cluster present, SimulatedProcess process) {
    var names = new ArrayList<String>();
    for (var machine : lost) {
      var identity = machine.identity();
      var member = identity == null ? null : present.member(identity);
      if (member != null && present.ring().contains(member.id())) {
        names.add(member.name());
      }
    }
    if (names.size() > 1 || (!names.isEmpty() && random.nextInt(8) == 0)) {
      order(process, new RingOrder.Lose(names));
    }
  }

  /** There are too few to do without it: one that waits to join takes its place, or a new one. */
  private void replace(String name) {
    for (var newcomer : newcomers.entrySet()) {
      if (newcomer.getValue().isEmpty()) {
        newcomer.setValue(name);
        return;
      }
    }
    add(name);
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

  private static boolean isIn(Cluster present, SimulatedMachine machine) {
    var identity = machine.identity();
    return identity != null && present.member(identity) != null;
  }

  private static @Nullable NodeId newcomerOf(Cluster present) {
    var open = present.transition();
    return switch (open == null ? null : open.change()) {
      case RingChange.Add(var added) -> added.id();
      case RingChange.Replace(_, var by) -> by.id();
      case null, default -> null;
    };
  }
}
