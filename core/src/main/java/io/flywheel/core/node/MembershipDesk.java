package io.flywheel.core.node;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Doorkeeper;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Formation;
import io.flywheel.core.membership.Gossiper;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.ActorLease;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.ring.Cluster;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's place among the others: belonging to a cluster, saying once a second that it lives,
 * and putting its name to what it sends.
 */
final class MembershipDesk {
  private final NodeConfig config;
  private final Identity identity;
  private final Eras eras;
  private final Outbox outbox;
  private final Schedule schedule;
  private final Journal journal;
  private final Doorkeeper doorkeeper;
  private final MembershipTable table;
  private final Gossiper gossiper;
  private final ActorLease lease;
  private final RingDesk ring;
  private final FormationDesk formation;
  private final Roster roster;
  private final Dialling dialling;
  private final TreeSet<NodeId> connected = new TreeSet<>();
  private @Nullable Cluster cluster;
  private @Nullable Peers peers;
  private boolean identityDurable;
  private boolean stopping;
  private BooleanSupplier isDrained = () -> true;
  private Runnable ringChanged = () -> {};
  private long sequence;

  MembershipDesk(
      NodeConfig config,
      Identity identity,
      Eras eras,
      Outbox outbox,
      Schedule schedule,
      SplittableRandom random,
      Journal journal,
      ActorLease lease,
      Map<Bytes, Bytes> metadata)
      throws MalformedException {
    this.config = config;
    this.identity = identity;
    this.eras = eras;
    this.outbox = outbox;
    this.schedule = schedule;
    this.journal = journal;
    this.lease = lease;
    doorkeeper = new Doorkeeper(identity, config.settings().fingerprint());
    table = new MembershipTable(identity.id());
    gossiper =
        new Gossiper(
            identity.id(),
            identity.generation(),
            table,
            eras,
            schedule,
            random,
            outbox,
            new GossipOwner());
    roster = new Roster(identity.id(), config.name(), table, eras, schedule);
    dialling = new Dialling(identity.id(), config.seeds(), outbox);
    ring =
        new RingDesk(
            config, identity, metadata, new RingPlace(), eras, table, journal, schedule, outbox);
    var self = config.member(identity.id());
    formation = new FormationDesk(config, self, ring, connected, random, outbox);
  }

  /** What else has to follow when the ring has changed, with the new peers in place. */
  void whenRingChanges(Runnable follows) {
    ringChanged = follows;
  }

  RingDesk ring() {
    return ring;
  }

  /** The other members, once there is a cluster on disk. */
  @Nullable Peers peers() {
    return peers;
  }

  @Nullable Cluster cluster() {
    return cluster;
  }

  /** The settings in force that shape records: the cluster's, once there is one. */
  RecordSettings records() {
    return cluster == null ? config.settings().records() : cluster.records();
  }

  Doorkeeper.Verdict examine(Envelope envelope) {
    var verdict = doorkeeper.examine(envelope, cluster);
    if (verdict instanceof Doorkeeper.Verdict.Welcome) {
      table.heard(envelope.from(), schedule.monotonicMillis());
    }
    boolean known =
        verdict instanceof Doorkeeper.Verdict.Welcome
            || verdict instanceof Doorkeeper.Verdict.Unacquainted;
    if (known && envelope.clusterId() != 0) {
      ring.tidings().seen(envelope.from(), envelope.epoch());
    }
    return verdict;
  }

  /**
   * This directory keeps its identity from now on. Before that nobody may hear of it: a cluster
   * formed with an identity that a crash then takes back would miss that member for ever.
   */
  void identityDurable() {
    if (!identityDurable) {
      identityDurable = true;
      gossiper.generationDurable();
      if (cluster == null) {
        formation.identityDurable();
      } else {
        connected.forEach(this::greet);
      }
    }
  }

  void connected(NodeId peer) {
    connected.add(peer);
    table.connected(peer, schedule.monotonicMillis());
    greet(peer);
  }

  void disconnected(NodeId peer) {
    connected.remove(peer);
    formation.gone(peer);
    table.disconnected(peer, schedule.monotonicMillis());
  }

  /** What members say of members. */
  void heard(NodeId from, Message.AboutMembers message) {
    switch (message) {
      case Announce announce -> formation.announced(from, announce);
      case Formed formed -> formation.told(formed);
      case Heartbeat _, Gossip _, News _, Probe _, ProbeReply _ -> {
        if (cluster != null) {
          gossip(from, message);
        }
      }
    }
  }

  private void gossip(NodeId from, Message.AboutMembers message) {
    switch (message) {
      case Heartbeat beat -> gossiper.heartbeat(from, beat);
      case Gossip gossip -> {
        gossiper.heard(from, gossip);
        ring.drive();
      }
      case News news -> {
        gossiper.heard(from, news);
        ring.drive();
      }
      case Probe probe -> gossiper.probe(from, probe);
      case ProbeReply reply -> gossiper.replied(from, reply);
      case Announce _, Formed _ -> throw new IllegalArgumentException("no gossip: " + message);
    }
  }

  void diskFull(boolean full) {
    gossiper.diskFull(full);
  }

  /** Before any input. */
  void awake() {
    gossiper.awake();
  }

  /** Starts with this cluster, which is on disk. */
  void belong(Cluster stored) {
    become(stored);
    ring.begun(stored);
  }

  private void become(Cluster next) {
    var before = cluster;
    cluster = next;
    for (Member member : table.members()) {
      if (next.member(member.id()) == null) {
        table.remove(member.id());
      }
    }
    for (Member member : next.members()) {
      table.add(member, connected.contains(member.id()), schedule.monotonicMillis());
    }
    dialling.follow(next);
    table.lose(next.lost());
    eras.expect(table.others(), next.epoch());
    if (before == null) {
      warn(Belonging.differences(next, config.settings()));
      gossiper.start(next.epoch());
    } else {
      if (!next.ring().replication().equals(before.ring().replication())) {
        warn(Belonging.ofCopies(next, config.settings()));
      }
      gossiper.changed(next.epoch());
      gossiper.tellClaim();
    }
    peers = new Peers(identity.id(), next.ownership(), table, this::send);
    ringChanged.run();
  }

  private void warn(List<String> differences) {
    differences.forEach(text -> outbox.add(new Effect.Report(Severity.WARNING, text)));
  }

  void checkBelongs(Cluster stored) throws MalformedException {
    Belonging.check(stored, identity.id(), ring.departed(), config);
  }

  /** Once a second: say that we live or, before there is a cluster, who we are. */
  void beat() {
    if (cluster == null) {
      formation.beat();
    } else {
      ring.beat();
      gossiper.beat(journal.oldestMillis());
      // A connection to this very identity leads to a copy of it, which has to be told.
      if (connected.contains(identity.id())) {
        send(identity.id(), new Heartbeat(schedule.wallMillis()));
      }
      askStrangers();
    }
  }

  /**
   * One that was away for long may know none of those who are members by now, and nobody of them
   * turns to it where it was removed: then only a seed that it has found can tell it.
   */
  private void askStrangers() {
    for (NodeId peer : connected) {
      if (!table.contains(peer)) {
        ring.tidings().ask(peer);
      }
    }
  }

  private void greet(NodeId peer) {
    if (cluster == null) {
      formation.greet(peer);
    } else if (table.contains(peer)) {
      gossiper.connected(peer);
    }
  }

  /** What keeps this node from serving; empty when it serves. */
  String waitingFor() {
    if (peers == null) {
      return formation.waitingFor();
    }
    return ring.departed() ? "nothing: it has left its cluster" : "";
  }

  Roster roster() {
    return roster;
  }

  RingView changes() {
    return ring.view(standing());
  }

  Standing standing() {
    if (cluster == null) {
      return Standing.OUTSIDE;
    }
    if (!ring.departed()) {
      return Standing.MEMBER;
    }
    return isDrained.getAsBoolean() ? Standing.LEFT : Standing.DRAINING;
  }

  /** When this holds, a node that has left keeps nothing that others need. */
  void drainedWhen(BooleanSupplier condition) {
    isDrained = condition;
  }

  List<MemberState> told() {
    return table.told();
  }

  private final class RingPlace implements RingDesk.Place {
    @Override
    public @Nullable Cluster cluster() {
      return cluster;
    }

    @Override
    public void become(Cluster next) {
      MembershipDesk.this.become(next);
    }

    @Override
    public void claimCaughtUp(boolean isCaughtUp) {
      gossiper.caughtUp(isCaughtUp);
      gossiper.tellClaim();
    }

    @Override
    public Formation.Verdict judge(Cluster found) {
      return formation.judge(found);
    }

    @Override
    public void send(NodeId to, Message message) {
      MembershipDesk.this.send(to, message);
    }
  }

  private final class GossipOwner implements Gossiper.Owner {
    @Override
    public void send(NodeId to, Message message) {
      MembershipDesk.this.send(to, message);
    }

    /** Whoever starts this directory again after being told goes on after what others know. */
    @Override
    public void contradicted(long generation, String reason) {
      if (!stopping) {
        stopping = true;
        lease.continueFrom(generation, () -> outbox.add(new Effect.Halt(reason)));
      }
    }
  }

  private void send(NodeId to, Message message) {
    long clusterId = cluster == null ? 0 : cluster.id();
    long epoch = cluster == null ? 0 : cluster.epoch();
    long settings = config.settings().fingerprint();
    outbox.add(
        new Effect.Send(
            to,
            new Envelope(
                identity.id(),
                identity.startId(),
                ++sequence,
                clusterId,
                settings,
                epoch,
                message)));
  }
}
