package io.flywheel.core.node;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Phase;
import io.flywheel.core.ring.RingChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What operators want of the ring and of the settings that all share: becomes an entry of the ring
 * log, or is refused with a reason. What is wanted twice is done once.
 */
final class RingOrders {
  private static final long PATIENCE_MILLIS = 10_000;

  /** An entry that somebody waits for. */
  private record Pending(
      LogEntry entry, long epoch, long untilMillis, Consumer<RingAnswer> answer) {}

  private final NodeId self;
  private final RingDesk desk;
  private final MembershipTable table;
  private final Schedule schedule;
  private final List<Pending> pending = new ArrayList<>();

  /** Those that wait until everybody has come to the present ring. */
  private final List<Pending> waiting = new ArrayList<>();

  RingOrders(NodeId self, RingDesk desk, MembershipTable table, Schedule schedule) {
    this.self = self;
    this.desk = desk;
    this.table = table;
    this.schedule = schedule;
  }

  void give(RingOrder order, Consumer<RingAnswer> answer) {
    var present = desk.cluster();
    if (present == null || present.member(self) == null) {
      answer.accept(new RingAnswer.Refused("this node belongs to no cluster"));
      return;
    }
    switch (order) {
      case RingOrder.Leave _ -> begin(present, new RingChange.Leave(self), answer);
      case RingOrder.Undo _ -> undo(present, answer);
      case RingOrder.Remove(var name) -> {
        var member = present.named(name);
        if (member == null) {
          answer.accept(new RingAnswer.Refused("no member is called " + name));
        } else if (mayLive(member.id())) {
          answer.accept(
              new RingAnswer.Refused(
                  name + " is alive: it goes with 'flywheel leave', and takes nothing with it"));
        } else if (isHeldUpBy(present, member.id())) {
          undoWithout(present, member, answer);
        } else {
          begin(present, new RingChange.Remove(member.id()), answer);
        }
      }
      case RingOrder.Lose(var names) -> lose(present, names, answer);
      case RingOrder.Reweigh(var name, var weight) -> {
        var member = present.named(name);
        if (member == null) {
          answer.accept(new RingAnswer.Refused("no member is called " + name));
        } else if (weight < 1 || weight > Member.MAX_WEIGHT) {
          answer.accept(
              new RingAnswer.Refused("a weight is 1 to " + Member.MAX_WEIGHT + ", not " + weight));
        } else if (weight == member.weight()) {
          answer.accept(new RingAnswer.Refused(name + " has the weight " + weight + " already"));
        } else {
          begin(present, new RingChange.Reweigh(member.id(), weight), answer);
        }
      }
      case RingOrder.Replicate(var replication) ->
          begin(present, new RingChange.Replicate(replication), answer);
      case RingOrder.DeclareNamespace(var namespace, var isNew) -> {
        String objection = present.records().objection(namespace, isNew);
        if (objection.isEmpty()) {
          reshape(present, present.records().with(namespace), answer);
        } else {
          answer.accept(new RingAnswer.Refused(objection));
        }
      }
      case RingOrder.SetLimits(var limits) ->
          reshape(present, present.records().with(limits), answer);
    }
  }

  private void reshape(Cluster present, RecordSettings records, Consumer<RingAnswer> answer) {
    if (records.equals(present.records())) {
      answer.accept(new RingAnswer.Accepted(present.epoch())); // they are like this already
    } else {
      decide(present, new LogEntry.Reshape(records), PATIENCE_MILLIS, answer);
    }
  }

  /** Asked for as often as anybody likes, of those who are lost already as well. */
  private void lose(Cluster present, List<String> names, Consumer<RingAnswer> answer) {
    var lost = new ArrayList<NodeId>();
    for (String name : names) {
      var member = present.named(name);
      if (member == null) {
        answer.accept(new RingAnswer.Refused("no member is called " + name));
        return;
      }
      if (mayLive(member.id())) {
        answer.accept(new RingAnswer.Refused(name + " is alive: nobody who runs is lost"));
        return;
      }
      if (!present.lost().contains(member.id())) {
        lost.add(member.id());
      }
    }
    if (lost.isEmpty()) {
      answer.accept(new RingAnswer.Accepted(present.epoch()));
    } else {
      decide(present, new LogEntry.Lost(List.copyOf(lost)), PATIENCE_MILLIS, answer);
    }
  }

  /** Whether a member is not known to be gone. */
  boolean mayLive(NodeId member) {
    return table.state(member, schedule.monotonicMillis()) != Liveness.DOWN;
  }

  private void begin(Cluster present, RingChange change, Consumer<RingAnswer> answer) {
    var entry = new LogEntry.Begin(change, null);
    if (isMadeBy(present, entry)) {
      answer.accept(new RingAnswer.Accepted(present.epoch())); // it is under way
    } else {
      decide(present, entry, PATIENCE_MILLIS, answer);
    }
  }

  /** Whether a change is open that is not about this member, and that waits for it. */
  private boolean isHeldUpBy(Cluster present, NodeId member) {
    var open = present.transition();
    return open != null
        && !present.lost().contains(member)
        && !open.change().givesUp(member)
        && !(open.undone() && open.givenUp().contains(member));
  }

  /** An operator says that it is dead: the open change, which it holds up, goes back. */
  private void undoWithout(Cluster present, Member dead, Consumer<RingAnswer> answer) {
    var undo = new LogEntry.Undo(List.of(dead.id()));
    decide(
        present,
        undo,
        PATIENCE_MILLIS,
        outcome ->
            answer.accept(
                outcome instanceof RingAnswer.Accepted
                    ? new RingAnswer.Refused(
                        "the change that was under way waits for "
                            + dead.name()
                            + ", and is undone now: ask again when that is over")
                    : outcome));
  }

  /**
   * Goes back without members that are gone, where that is safe even if they live: when nobody was
   * ready yet, and always without one that leaves, as nobody reads it there.
   */
  private void undo(Cluster present, Consumer<RingAnswer> answer) {
    var open = present.transition();
    var without = new ArrayList<NodeId>();
    if (open != null && !open.undone()) {
      without.addAll(gone(present));
      without.removeIf(member -> open.phase() == Phase.READY && !open.change().takesOut(member));
    }
    var entry = new LogEntry.Undo(List.copyOf(without));
    if (isMadeBy(present, entry)) {
      answer.accept(new RingAnswer.Accepted(present.epoch()));
    } else {
      decide(present, entry, PATIENCE_MILLIS, answer);
    }
  }

  /** Has this entry decided next, if it may be. */
  void decide(Cluster present, LogEntry entry, long patienceMillis, Consumer<RingAnswer> answer) {
    String objection = present.objection(entry);
    if (objection.isEmpty() && entry instanceof LogEntry.Begin begin) {
      objection = absence(present, begin.change());
    }
    if (!objection.isEmpty()) {
      answer.accept(new RingAnswer.Refused(objection));
    } else {
      long until = schedule.monotonicMillis() + patienceMillis;
      waiting.add(new Pending(entry, present.epoch() + 1, until, answer));
      propose();
    }
  }

  /** Proposes what has waited, where everybody has come to the present ring by now. */
  void propose() {
    var present = desk.cluster();
    for (Pending order : List.copyOf(waiting)) {
      if (present != null
          && order.epoch() == present.epoch() + 1
          && desk.missing(present, order.entry()).isEmpty()
          && desk.propose(order.entry(), order.untilMillis())) {
        waiting.remove(order);
        pending.add(order);
      }
    }
  }

  /** A change waits for all members but the one that it is about: none is begun without them. */
  private String absence(Cluster present, RingChange change) {
    var gone = gone(present);
    gone.removeIf(member -> change.givesUp(member) || present.lost().contains(member));
    return gone.isEmpty()
        ? ""
        : desk.names(gone)
            + " cannot be reached, and no change ends without them, unless they are said to be lost"
            + " for good (--lost)";
  }

  private List<NodeId> gone(Cluster present) {
    var gone = new ArrayList<NodeId>();
    for (Member member : present.members()) {
      if (!mayLive(member.id())) {
        gone.add(member.id());
      }
    }
    return gone;
  }

  /** Whether a cluster is in the state that such an entry brings about. */
  static boolean isMadeBy(@Nullable Cluster cluster, LogEntry entry) {
    var open = cluster == null ? null : cluster.transition();
    return switch (entry) {
      case LogEntry.Begin(var change, _) ->
          open != null && !open.undone() && open.change().equals(change);
      case LogEntry.Undo(var givenUp) ->
          open != null && open.undone() && open.givenUp().containsAll(givenUp);
      case LogEntry.Reshape(var records) -> cluster != null && cluster.records().equals(records);
      case LogEntry.Lost(var lost, _) ->
          cluster != null
              && lost.stream()
                  .allMatch(
                      node -> cluster.lost().contains(node) || !cluster.ring().contains(node));
      case LogEntry.Ready _, LogEntry.Done _ -> false;
    };
  }

  void became(Cluster present) {
    var overtaken = new ArrayList<>(waiting);
    overtaken.addAll(pending);
    overtaken.removeIf(order -> order.epoch() > present.epoch());
    waiting.removeAll(overtaken);
    pending.removeAll(overtaken);
    for (Pending order : overtaken) {
      if (isMadeBy(present, order.entry())) {
        order.answer().accept(new RingAnswer.Accepted(present.epoch()));
      } else if (order.epoch() < present.epoch()) {
        order.answer().accept(new RingAnswer.Unknown("much was decided at once: ask again"));
      } else {
        boolean isOutdated = order.entry() instanceof LogEntry.Reshape; // it was made for others
        String objection = isOutdated ? "" : present.objection(order.entry());
        order
            .answer()
            .accept(
                new RingAnswer.Refused(
                    objection.isEmpty() ? "something else was decided first" : objection));
      }
    }
  }

  void beat() {
    long now = schedule.monotonicMillis();
    for (Pending order : List.copyOf(pending)) {
      if (now >= order.untilMillis()) {
        pending.remove(order);
        order.answer().accept(new RingAnswer.Unknown(unheard(order.entry())));
      }
    }
    for (Pending order : List.copyOf(waiting)) {
      if (now >= order.untilMillis()) {
        waiting.remove(order);
        order.answer().accept(new RingAnswer.Refused(obstacle(order.entry())));
      }
    }
  }

  private String obstacle(LogEntry entry) {
    var present = desk.cluster();
    var missing = present == null ? List.<NodeId>of() : desk.missing(present, entry);
    return missing.isEmpty()
        ? "something else is just being decided here: ask again"
        : "not everybody has come to the present ring: " + desk.names(missing) + " must come first";
  }

  private static String unheard(LogEntry entry) {
    return entry instanceof LogEntry.Lost
        ? "not all others have agreed: who is down is lost, too, or has to come back first, and"
            + " nobody may see alive who is said to be lost; ask again"
        : "no majority of the members has answered: ask again";
  }
}
