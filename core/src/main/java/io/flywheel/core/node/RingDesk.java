package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.handoff.ChangeProgress;
import io.flywheel.core.membership.Confirmations;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Formation;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.membership.Mail;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.membership.RingLog;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Decided;
import io.flywheel.core.message.Message.JoinAsk;
import io.flywheel.core.message.Message.JoinRefusal;
import io.flywheel.core.message.Message.RingAsk;
import io.flywheel.core.message.Message.RingNews;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.RingMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in changes of the ring. What was decided it stores, and acts on it only when it
 * is on disk; then it claims the epoch. It brings up whoever is behind, asks whoever is ahead, and
 * takes an open change to its end: the member with the smallest identity that lives proposes the
 * entry that is due, and the others do if that does not happen for a while.
 */
final class RingDesk implements RingLog.Owner, ChangeProgress {
  private static final long DECISION_MILLIS = 8_000;
  private static final long DEFERENCE_MILLIS = 3_000;
  private static final long NEVER = Long.MAX_VALUE;

  /** The node's place among the members. */
  interface Place extends Mail {
    @Nullable Cluster cluster();

    /** Acts on this cluster, which is on disk. */
    void become(Cluster next);

    /** What the gossip says of this node from now on. */
    void claimCaughtUp(boolean isCaughtUp);

    /** This node has no cluster yet, and is told of one. */
    Formation.Verdict judge(Cluster cluster);
  }

  private final NodeId self;
  private final NodeConfig config;
  private final Place place;
  private final Eras eras;
  private final MembershipTable table;
  private final Confirmations confirmations;
  private final Journal journal;
  private final Schedule schedule;
  private final Outbox outbox;
  private final RingLog log;
  private final RingOrders orders;
  private final JoinDesk joins;
  private final RingTidings tidings;

  /** The newest that is on disk or on its way there. */
  private @Nullable Cluster newest;

  /** What a member has told while this node belongs to no cluster. */
  private @Nullable Cluster met;

  private long dueSinceMillis = NEVER;
  private long caughtUpEpoch;
  private boolean departed;
  private boolean stopping;

  RingDesk(
      NodeConfig config,
      Identity identity,
      Map<Bytes, Bytes> metadata,
      Place place,
      Eras eras,
      MembershipTable table,
      Journal journal,
      Schedule schedule,
      Outbox outbox)
      throws MalformedException {
    this.self = identity.id();
    this.config = config;
    this.place = place;
    this.eras = eras;
    this.table = table;
    this.journal = journal;
    this.schedule = schedule;
    this.outbox = outbox;
    confirmations = new Confirmations(table);
    tidings = new RingTidings(place, eras, schedule);
    departed = metadata.containsKey(StorageKey.DEPARTURE);
    log = new RingLog(self, identity.startId(), metadata.get(StorageKey.RING_VOTE), schedule, this);
    orders = new RingOrders(self, this, table, schedule);
    joins = new JoinDesk(config, self, this, orders, schedule);
  }

  RingOrders orders() {
    return orders;
  }

  JoinDesk joins() {
    return joins;
  }

  RingTidings tidings() {
    return tidings;
  }

  @Override
  public @Nullable Cluster cluster() {
    return place.cluster();
  }

  @Override
  public boolean confirmed() {
    var present = place.cluster();
    var due = present == null ? null : Confirmations.following(present);
    return present != null && due != null && confirmations.missing(present, due).isEmpty();
  }

  /** Whether this node was a member, and has left by its own wish. */
  boolean departed() {
    return departed;
  }

  void received(NodeId from, Message.AboutRing message) {
    switch (message) {
      case RingAsk(var epoch) -> tidings.asked(from, epoch);
      case RingNews news -> told(news);
      case Decided(var epoch, var entry) -> learn(from, epoch, entry);
      case JoinAsk ask -> joins.asked(from, ask);
      case JoinRefusal refusal -> joins.refused(refusal);
      default -> log.received(from, message);
    }
  }

  // --- what was decided

  @Override
  public void send(NodeId to, Message message) {
    place.send(to, message);
  }

  @Override
  public void store(Bytes storageKey, Bytes value, Runnable whenDurable) {
    journal
        .storeForCertain(List.of(new Mutation(Table.METADATA, storageKey, value)))
        .whenDurable(whenDurable);
  }

  @Override
  public boolean mayLive(NodeId member) {
    return orders.mayLive(member);
  }

  @Override
  public void isBehind(NodeId member) {
    tidings.bringUp(member, 0);
  }

  @Override
  public void isAhead(NodeId member) {
    tidings.ask(member);
  }

  @Override
  public void decided(long epoch, LogEntry entry) {
    var before = newest;
    if (before != null && before.epoch() + 1 == epoch) {
      for (NodeId other : table.others()) {
        place.send(other, new Decided(epoch, entry));
      }
      learn(self, epoch, entry);
    }
  }

  private void learn(NodeId from, long epoch, LogEntry entry) {
    var before = newest;
    if (before == null || epoch <= Math.max(before.epoch(), tidings.decidedEpoch())) {
      return;
    }
    if (epoch > before.epoch() + 1) {
      isAhead(from);
    } else if (before.objection(entry).isEmpty()) {
      tidings.decided(new Decided(epoch, entry));
      outbox.add(new Effect.WorkOut(before, entry));
    }
  }

  /** This cluster follows from what was decided. */
  void workedOut(Cluster next) {
    adopt(next, List.of(), () -> {});
  }

  private void told(RingNews news) {
    var next = news.cluster();
    var before = newest;
    if (before == null) {
      first(news);
    } else if (next.id() == before.id()
        && next.epoch() > before.epoch()
        && Formation.isSound(next, config.settings())) {
      adopt(next, List.of(), () -> {});
    }
  }

  private void first(RingNews news) {
    if (isStrangerTo(news.cluster())) {
      met = news.cluster();
      return;
    }
    switch (place.judge(news.cluster())) {
      case Formation.Verdict.Adopt(var cluster) -> {
        long closed = Math.min(news.closedEra(), news.era() - 1);
        if (news.era() < Eras.FIRST || closed < 0) {
          return;
        }
        eras.begin(news.era(), closed);
        var begun =
            List.of(
                new Mutation(Table.METADATA, StorageKey.ERA, Eras.encode(eras.current())),
                new Mutation(Table.METADATA, StorageKey.CLOSED_ERA, Eras.encode(eras.closed())));
        adopt(cluster, begun, () -> {});
      }
      case Formation.Verdict.Ignore ignore ->
          outbox.add(new Effect.Report(Severity.WARNING, ignore.reason()));
      case Formation.Verdict.Stop stop -> halt(stop.reason());
    }
  }

  /** Whether it is a sound cluster that this node, which forms none, could join. */
  private boolean isStrangerTo(Cluster cluster) {
    return config.initialMembers().isEmpty()
        && cluster.member(self) == null
        && !cluster.removed().contains(self)
        && Formation.isSound(cluster, config.settings());
  }

  /** What this node could join, while it belongs to no cluster. */
  Prospect prospect() {
    return joins.prospect(met);
  }

  /** Stores a newer cluster, and acts on it when it is on disk. */
  void adopt(Cluster next, List<Mutation> with, Runnable then) {
    var before = newest;
    if (before != null && next.epoch() <= before.epoch()) {
      return;
    }
    newest = next;
    var farewell = Farewell.of(self, before, next, departed);
    boolean leaves = farewell == Farewell.LEFT;
    var mutations = new ArrayList<>(with);
    mutations.add(new Mutation(Table.METADATA, StorageKey.CLUSTER, next.encode()));
    if (leaves) {
      mutations.add(new Mutation(Table.METADATA, StorageKey.DEPARTURE, Bytes.utf8("left")));
    }
    journal
        .storeForCertain(mutations)
        .whenDurable(
            () -> {
              if (!farewell.reason().isEmpty()) {
                halt(farewell.reason());
              } else if (isNewest(next)) {
                departed |= leaves;
                act(next);
                then.run();
              }
            });
  }

  private void halt(String reason) {
    if (!stopping) {
      stopping = true;
      outbox.add(new Effect.Halt(reason));
    }
  }

  private void act(Cluster next) {
    var tidings = "ring epoch " + next.epoch() + ": " + EpochText.of(place.cluster(), next);
    place.become(next);
    begun(next);
    orders.became(next);
    joins.became(next);
    outbox.add(new Effect.Report(Severity.INFO, tidings));
    drive();
  }

  /** This is the cluster that the node acts on, since its start or since now. */
  void begun(Cluster present) {
    newest = newest == null ? present : newest;
    dueSinceMillis = NEVER;
    log.became(present);
  }

  @Override
  public void caughtUp(boolean everything) {
    var present = place.cluster();
    long epoch = everything && present != null ? present.epoch() : 0;
    if (epoch != caughtUpEpoch) {
      caughtUpEpoch = epoch;
      place.claimCaughtUp(everything);
      drive();
    }
  }

  // --- the way to the end of a change

  void beat() {
    var present = place.cluster();
    if (present == null) {
      return;
    }
    for (Member member : present.members()) {
      if (table.claim(member.id()).epoch() > present.epoch()) {
        isAhead(member.id());
      }
    }
    orders.beat();
    drive();
  }

  /** Whether nothing newer is on its way to the disk. */
  private boolean isNewest(Cluster cluster) {
    return newest != null && newest.epoch() == cluster.epoch();
  }

  /** Proposes what is due, if it is for this node to do so. */
  void drive() {
    orders.propose();
    var present = place.cluster();
    var due = present == null ? null : Confirmations.following(present);
    if (present == null
        || due == null
        || !isNewest(present)
        || tidings.decidedEpoch() > present.epoch()
        || log.isBusy()
        || !present.ring().contains(self)) {
      return;
    }
    if (!confirmations.allow(present, due)) {
      dueSinceMillis = NEVER;
      return;
    }
    long now = schedule.monotonicMillis();
    dueSinceMillis = Math.min(dueSinceMillis, now);
    if (isFirst(present) || now - dueSinceMillis >= DEFERENCE_MILLIS) {
      log.propose(due, now + DECISION_MILLIS);
    }
  }

  private boolean isFirst(Cluster present) {
    long now = schedule.monotonicMillis();
    for (RingMember member : present.ring().members()) {
      if (table.isAlive(member.id(), now)) {
        return member.id().equals(self);
      }
    }
    return true;
  }

  /** The members that have to come to the present ring before this entry is proposed. */
  List<NodeId> missing(Cluster present, LogEntry entry) {
    return confirmations.missing(present, entry);
  }

  /** Whether nothing else is being decided here. */
  boolean propose(LogEntry entry, long untilMillis) {
    return log.propose(entry, untilMillis);
  }

  String names(List<NodeId> members) {
    var names = new ArrayList<String>();
    for (NodeId id : members) {
      var member = table.member(id);
      names.add(member == null ? id.toString() : member.name());
    }
    return String.join(" and ", names);
  }

  RingView view(Standing standing) {
    var present = place.cluster();
    if (present == null) {
      return new RingView(0, standing, null);
    }
    var open = present.transition();
    var due = Confirmations.following(present);
    if (open == null || due == null) {
      return new RingView(present.epoch(), standing, null, present.lost());
    }
    var notCaughtUp =
        due instanceof LogEntry.Ready ? confirmations.notCaughtUp(present, due) : List.<NodeId>of();
    var change = new ChangeView(open, confirmations.missing(present, due), notCaughtUp);
    return new RingView(present.epoch(), standing, change, present.lost());
  }
}
