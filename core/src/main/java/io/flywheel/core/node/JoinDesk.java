package io.flywheel.core.node;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.JoinAsk;
import io.flywheel.core.message.Message.JoinRefusal;
import io.flywheel.core.message.Message.RingAsk;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a node becomes a member: it asks one that is; that one has the change begun and, with it on
 * disk, sends the newcomer the cluster. Either may crash at any moment: whoever asks again and is a
 * member already gets the cluster, and one that only forgot to ask is told when it says that it has
 * none.
 */
final class JoinDesk {
  private static final long PATIENCE_MILLIS = 30_000;
  private static final long DECISION_MILLIS = 8_000;

  /** In seconds: a ring is large, and who waits for an operator need not know each of them. */
  private static final int LOOK_EVERY = 5;

  private final NodeConfig config;
  private final NodeId self;
  private final RingDesk desk;
  private final RingOrders orders;
  private final Schedule schedule;
  private final TreeSet<NodeId> asking = new TreeSet<>();
  private String replaces = "";
  private @Nullable Consumer<RingAnswer> answer;
  private long untilMillis;
  private int turn;

  JoinDesk(NodeConfig config, NodeId self, RingDesk desk, RingOrders orders, Schedule schedule) {
    this.config = config;
    this.self = self;
    this.desk = desk;
    this.orders = orders;
    this.schedule = schedule;
  }

  // --- the newcomer

  Prospect prospect(@Nullable Cluster met) {
    return new Prospect(config.member(self), met);
  }

  void join(@Nullable String place, Consumer<RingAnswer> whenOver) {
    var present = desk.cluster();
    if (present != null && present.member(self) == null) {
      whenOver.accept(new RingAnswer.Refused("this node has left its cluster"));
    } else if (present != null) {
      whenOver.accept(new RingAnswer.Accepted(present.epoch()));
    } else if (!config.initialMembers().isEmpty()) {
      whenOver.accept(
          new RingAnswer.Refused(
              "initial-members are configured: this node forms a cluster, and joins none"));
    } else {
      end(new RingAnswer.Unknown("it was asked again"));
      replaces = place == null ? "" : place;
      answer = whenOver;
      untilMillis = schedule.monotonicMillis() + PATIENCE_MILLIS;
    }
  }

  /** Once a second, while this node has no cluster and its identity is on disk. */
  void ask(Member newcomer, SortedSet<NodeId> reachable) {
    if (answer != null && schedule.monotonicMillis() >= untilMillis) {
      end(new RingAnswer.Unknown("no member of a cluster has answered: ask again"));
    }
    if (!config.initialMembers().isEmpty() || reachable.isEmpty()) {
      return;
    }
    var peers = List.copyOf(reachable);
    if (answer == null) {
      if (turn++ % LOOK_EVERY == 0) {
        desk.send(peers.get(turn / LOOK_EVERY % peers.size()), new RingAsk(0));
      }
    } else {
      desk.send(
          peers.get(turn++ % peers.size()),
          new JoinAsk(newcomer, replaces, config.settings().namespaces()));
    }
  }

  void refused(JoinRefusal refusal) {
    if (desk.cluster() == null) {
      end(new RingAnswer.Refused(refusal.reason()));
    }
  }

  private void end(RingAnswer with) {
    var waiting = answer;
    answer = null;
    if (waiting != null) {
      waiting.accept(with);
    }
  }

  // --- the member that is asked

  void asked(NodeId from, JoinAsk ask) {
    var present = desk.cluster();
    var newcomer = ask.member();
    if (present == null || !newcomer.id().equals(from)) {
      return;
    }
    if (present.member(from) != null) {
      desk.tidings().welcome(from);
      return;
    }
    String objection = objection(present, ask);
    if (!objection.isEmpty()) {
      desk.send(from, new JoinRefusal(objection));
      if (present.removed().contains(from)) {
        desk.tidings().welcome(from); // it shows that it never will be, however often it asks
      }
      return;
    }
    var owner = new RingMember(from, newcomer.zone(), newcomer.weight());
    var old = present.named(ask.replaces());
    var change = old == null ? new RingChange.Add(owner) : new RingChange.Replace(old.id(), owner);
    asking.add(from);
    orders.decide(
        present,
        new LogEntry.Begin(change, newcomer),
        DECISION_MILLIS,
        outcome -> {
          if (outcome instanceof RingAnswer.Refused(var reason)) {
            asking.remove(from);
            desk.send(from, new JoinRefusal(reason));
          }
        });
  }

  private String objection(Cluster present, JoinAsk ask) {
    var newcomer = ask.member();
    String place = ask.replaces();
    String contradiction = present.records().contradiction(ask.namespaces());
    if (!contradiction.isEmpty()) {
      return contradiction;
    }
    if (present.removed().contains(newcomer.id())) {
      return "the identity of this data directory was removed: start with an empty one";
    }
    if (place.isEmpty()) {
      return present.named(newcomer.name()) == null
          ? ""
          : "a member is called "
              + newcomer.name()
              + ": if it is gone for good, 'flywheel replace "
              + newcomer.name()
              + "' puts this node into its place";
    }
    var old = present.named(place);
    if (old == null) {
      return "no member is called " + place;
    }
    return orders.mayLive(old.id()) ? place + " is alive: nobody takes its place" : "";
  }

  // --- both

  void became(Cluster present) {
    end(new RingAnswer.Accepted(present.epoch()));
    for (NodeId newcomer : List.copyOf(asking)) {
      if (present.member(newcomer) != null) {
        desk.tidings().welcome(newcomer);
      }
    }
    asking.clear();
  }
}
