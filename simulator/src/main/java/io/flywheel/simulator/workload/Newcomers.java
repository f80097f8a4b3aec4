package io.flywheel.simulator.workload;

import io.flywheel.core.model.Member;
import io.flywheel.core.node.NodeConfig;
import io.flywheel.core.node.Standing;
import io.flywheel.core.ring.Cluster;
import io.flywheel.simulator.world.SimulatedClock;
import io.flywheel.simulator.world.SimulatedCluster;
import io.flywheel.simulator.world.SimulatedMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The machines that are to join: they ask until they are members, or nobody is left to ask. */
final class Newcomers {
  private final SimulatedCluster cluster;
  private final Lookout lookout;
  private final SplittableRandom random;

  /** Whose place each takes; empty for nobody's. */
  private final TreeMap<Integer, String> places = new TreeMap<>();

  private int names;

  Newcomers(SimulatedCluster cluster, Lookout lookout, SplittableRandom random) {
    this.cluster = cluster;
    this.lookout = lookout;
    this.random = random;
  }

  /**
   * A new machine.
   *
   * @param replaces whose place it takes, and maybe name; empty for nobody's
   * @param gone whose address it may get as well, or null
   */
  void add(String replaces, @Nullable SimulatedMachine gone) {
    var old = replaces.isEmpty() ? null : memberOf(replaces);
    var model = cluster.machines().getFirst().config();
    boolean sameName = !replaces.isEmpty() && random.nextBoolean();
    String host = "new-" + ++names;
    var any = cluster.machines().get(random.nextInt(cluster.machines().size()));
    var same = gone != null && random.nextBoolean() ? gone : null;
    var config =
        new NodeConfig(
            sameName ? replaces : host,
            old != null && isByDatacenter()
                ? old.zone()
                : (same == null ? any : same).config().zone(),
            1 + random.nextInt(2),
            same == null ? host + ":7401" : same.config().clientAddress(),
            same == null ? host + ":7501" : same.address(),
            model.settings(),
            List.of(),
            cluster.inService().stream().map(SimulatedMachine::address).toList(),
            model.durable(),
            model.hintsLimitBytes(),
            model.rhythm(),
            model.secret());
    var clock = new SimulatedClock(cluster.events(), random.nextLong(1_000_000_000), 0);
    var machine = cluster.addMachine(config, clock, false);
    places.put(machine.index(), replaces);
    cluster.start(machine);
  }

  void remove(SimulatedMachine machine) {
    places.remove(machine.index());
  }

  /** Whether one of them is to take this member's place. */
  boolean anyReplaces(String name) {
    return places.containsValue(name);
  }

  /** One that was to take nobody's place takes this member's; false when there is none. */
  boolean takePlaceOf(String name) {
    for (var newcomer : places.entrySet()) {
      if (newcomer.getValue().isEmpty() && mayReplace(newcomer.getKey(), name)) {
        newcomer.setValue(name);
        return true;
      }
    }
    return false;
  }

  /** Copies of one data centre never go to another, where each has a number of its own. */
  private boolean mayReplace(int machine, String name) {
    var old = memberOf(name);
    var there = cluster.machines().get(machine).datacenter();
    return !isByDatacenter() || (old != null && old.zone().datacenter().equals(there));
  }

  private boolean isByDatacenter() {
    return cluster.machines().getFirst().config().settings().replication().isByDatacenter();
  }

  private @Nullable Member memberOf(String name) {
    var present = lookout.newest();
    return present == null ? null : present.named(name);
  }

  /** Each asks from time to time. Those whom nobody can answer, or above so many, are given up. */
  List<SimulatedMachine> ask(Cluster present, int most) {
    var givenUp = new ArrayList<SimulatedMachine>();
    for (var newcomer : List.copyOf(places.entrySet())) {
      var machine = cluster.machines().get(newcomer.getKey());
      var process = machine.process();
      if (process == null || random.nextInt(5) > 0) {
        continue;
      }
      if (process.view().changes().standing() != Standing.OUTSIDE) {
        places.remove(machine.index());
        continue;
      }
      if (lookout.knowsNobody(machine) || places.size() > most) {
        places.remove(machine.index());
        givenUp.add(machine);
        cluster.switchOff(machine);
        continue;
      }
      String place = newcomer.getValue();
      if (!place.isEmpty() && present.named(place) == null) {
        places.put(machine.index(), "");
      }
      process.operate(
          (node, now) ->
              node.join(
                  now,
                  place.isEmpty() ? null : place,
                  answer ->
                      cluster.trace().tell(() -> process + " asked to join, and: " + answer)));
    }
    return givenUp;
  }
}
