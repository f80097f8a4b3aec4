package io.flywheel.simulator.check;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import io.flywheel.simulator.world.SimulatedProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Once healed all members say the same of every member. Claims are made all the time, as eras go
 * on, so no two views need ever be equal at one moment; but whatever anybody knew at one moment
 * everybody knows soon after, nobody has a claim that its maker has not made, and all know the
 * start and the era that its disk has. Who runs is accused by nobody any more, who does not run is
 * missed by everybody, all have the same ring, and no view ever goes back.
 */
final class MembersAgree {
  private final Scene scene;
  private final Map<SimulatedProcess, Map<NodeId, MemberState>> latest = new LinkedHashMap<>();
  private final TreeMap<NodeId, MemberState> toLearn = new TreeMap<>();
  private final TreeMap<NodeId, Truth> truths = new TreeMap<>();

  /** What a member's disk says of it. */
  private record Truth(long generation, long era) {
    static Truth of(SimulatedProcess process) {
      var metadata = process.machine().disk().durable(Table.METADATA);
      try {
        var identity = metadata.getOrDefault(StorageKey.IDENTITY, Bytes.EMPTY);
        return new Truth(
            Identity.decode(identity).generation(), ErasAreInStep.eraOf(process.machine()));
      } catch (MalformedException e) {
        throw new IllegalStateException("a node runs on a damaged identity", e);
      }
    }

    boolean isIn(Claim claim) {
      return claim.generation() == generation && claim.era() >= era;
    }
  }

  MembersAgree(Scene scene) {
    this.scene = scene;
  }

  /** All that is known by anybody of those who run is to be learnt by everybody. */
  void begin() {
    toLearn.clear();
    latest.clear();
    for (var process : running()) {
      latest.put(process, viewOf(process));
    }
    for (var process : latest.keySet()) {
      truths.put(process.id(), Truth.of(process));
      for (var view : latest.values()) {
        var told = view.get(process.id());
        if (told != null) {
          toLearn.merge(process.id(), told, MemberState::merge);
        }
      }
    }
  }

  /** What they do not agree on at this moment; empty for nothing. */
  String obstacle() {
    if (!running().equals(List.copyOf(latest.keySet()))) {
      begin();
      return "members were started again";
    }
    latest.replaceAll(this::grown);
    for (var process : latest.keySet()) {
      var obstacle = view(process);
      obstacle = obstacle.isEmpty() ? presence(process) : obstacle;
      if (!obstacle.isEmpty()) {
        return obstacle;
      }
    }
    return rings();
  }

  private Map<NodeId, MemberState> grown(SimulatedProcess process, Map<NodeId, MemberState> then) {
    var now = viewOf(process);
    then.forEach(
        (member, state) -> {
          var kept = now.get(member);
          if (kept == null || kept.compareTo(state) < 0) {
            violation(process + " knew " + state + ", and goes back to " + kept);
          }
        });
    return now;
  }

  private String view(SimulatedProcess process) {
    for (var maker : latest.entrySet()) {
      var member = maker.getKey().id();
      var state = latest.getOrDefault(process, Map.of()).get(member);
      var wanted = toLearn.get(member);
      if (state == null || wanted == null || state.compareTo(wanted) < 0) {
        return process + " knows " + state + ", and others knew " + wanted;
      }
      var truth = truths.get(member);
      if (truth == null || !truth.isIn(state.claim())) {
        return process + " knows " + state + ", and its disk says " + truth;
      }
      if (state.verdict() != Verdict.ALIVE) {
        return process + " believes of " + member + ", which runs: " + state;
      }
      var claimed = maker.getValue().get(member);
      if (claimed == null || state.compareTo(claimed) > 0 || isOtherwise(state, claimed)) {
        return process + " knows " + state + ", and its maker claims " + claimed;
      }
    }
    return "";
  }

  /** Two claims that one member cannot have made both. */
  private static boolean isOtherwise(MemberState one, MemberState other) {
    return one.claim().generation() == other.claim().generation()
        && one.claim().version() == other.claim().version()
        && !one.claim().equals(other.claim());
  }

  private String presence(SimulatedProcess process) {
    for (var member : process.view().members()) {
      boolean runs = isRunning(member.member().id());
      if (runs != (member.state() == Liveness.ALIVE)) {
        return process
            + " considers "
            + member.member().name()
            + ", which "
            + (runs ? "runs, " : "does not run, ")
            + member.state();
      }
    }
    return "";
  }

  private boolean isRunning(NodeId member) {
    return latest.keySet().stream().anyMatch(process -> process.id().equals(member));
  }

  private String rings() {
    var newest = scene.evidence().newest();
    for (var entry : latest.entrySet()) {
      var machine = entry.getKey().machine();
      var own = machine.disk().durable(Table.METADATA).get(StorageKey.CLUSTER);
      if (own == null || newest == null || !own.equals(newest.encode())) {
        return entry.getKey() + " has another ring than the others";
      }
      for (var state : entry.getValue().values()) {
        if (!state.claim().isNone() && state.claim().epoch() != newest.epoch()) {
          return entry.getKey() + " knows " + state + " of another ring than its own";
        }
      }
    }
    return "";
  }

  private static Map<NodeId, MemberState> viewOf(SimulatedProcess process) {
    var view = new TreeMap<NodeId, MemberState>();
    process.told().forEach(state -> view.put(state.member(), state));
    return view;
  }

  private List<SimulatedProcess> running() {
    var running = new ArrayList<SimulatedProcess>();
    for (var machine : scene.cluster().inService()) {
      var process = machine.process();
      if (process != null) {
        running.add(process);
      }
    }
    return running;
  }

  void violation(String obstacle) {
    scene.violation(MembersAgree.class, obstacle);
  }
}
