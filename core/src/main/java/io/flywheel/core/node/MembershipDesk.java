package io.flywheel.core.node;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Cluster;
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
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.ActorLease;
import io.flywheel.core.replica.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * This node's place among the others: forming a cluster or belonging to one, saying once a second
 * that it lives, and putting its name to what it sends.
 */
final class MembershipDesk {
  private final NodeConfig config;
  private final Identity identity;
  private final Eras eras;
  private final Outbox outbox;
  private final Schedule schedule;
  private final SplittableRandom random;
  private final Journal journal;
  private final Doorkeeper doorkeeper;
  private final MembershipTable table;
  private final Gossiper gossiper;
  private final ActorLease lease;
  private final Formation formation;
  private final TreeSet<NodeId> connected = new TreeSet<>();
  private @Nullable Cluster cluster;
  private @Nullable Peers peers;
  private boolean identityDurable;
  private boolean adopting;
  private boolean stopping;
  private long sequence;

  MembershipDesk(
      NodeConfig config,
      Identity identity,
      Eras eras,
      Outbox outbox,
      Schedule schedule,
      SplittableRandom random,
      Journal journal,
      ActorLease lease) {
    this.config = config;
    this.identity = identity;
    this.eras = eras;
    this.outbox = outbox;
    this.schedule = schedule;
    this.random = random;
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
    formation = new Formation(self(), config.settings(), config.initialMembers());
  }

  /** The other members, once there is a cluster on disk. */
  @Nullable Peers peers() {
    return peers;
  }

  @Nullable Cluster cluster() {
    return cluster;
  }

  Doorkeeper.Verdict examine(Envelope envelope) {
    var verdict = doorkeeper.examine(envelope, cluster);
    if (verdict instanceof Doorkeeper.Verdict.Welcome) {
      table.heard(envelope.from(), schedule.monotonicMillis());
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
      connected.forEach(this::greet);
      proposeIfComplete();
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
  void heard(NodeId from, Message message) {
    if (cluster == null) {
      return;
    }
    switch (message) {
      case Heartbeat beat -> gossiper.heartbeat(from, beat);
      case Gossip gossip -> gossiper.heard(from, gossip);
      case News news -> gossiper.heard(from, news);
      case Probe probe -> gossiper.probe(from, probe);
      case ProbeReply reply -> gossiper.replied(from, reply);
      default -> throw new IllegalArgumentException("not about members: " + message);
    }
  }

  void diskFull(boolean full) {
    gossiper.diskFull(full);
  }

  /** Before any input. */
  void awake() {
    gossiper.awake();
  }

  void announced(NodeId from, Announce announce) {
    if (cluster != null) {
      tell(from);
    } else {
      formation.announced(announce);
      proposeIfComplete();
    }
  }

  void told(Formed formed) {
    if (cluster != null || adopting) {
      return;
    }
    switch (formation.told(formed)) {
      case Formation.Verdict.Adopt adopt -> adopt(adopt.cluster());
      case Formation.Verdict.Ignore ignore ->
          outbox.add(new Effect.Report(Severity.WARNING, ignore.reason()));
      case Formation.Verdict.Stop stop -> outbox.add(new Effect.Halt(stop.reason()));
    }
  }

  private void proposeIfComplete() {
    if (cluster == null && !adopting && identityDurable) {
      var proposed = formation.propose(random.nextLong() | 1);
      if (proposed != null) {
        adopt(proposed);
      }
    }
  }

  /** Serves only once the cluster is on disk, and tells the others only then. */
  private void adopt(Cluster formed) {
    adopting = true;
    var mutation = new Mutation(Table.METADATA, StorageKey.CLUSTER, formed.encode());
    journal
        .storeForCertain(List.of(mutation))
        .whenDurable(
            () -> {
              join(formed);
              connected.forEach(this::tell);
              outbox.add(
                  new Effect.Report(
                      Severity.INFO, "formed: " + formed.members().size() + " members"));
            });
  }

  private void tell(NodeId peer) {
    if (cluster != null) {
      send(peer, new Formed(cluster.id(), cluster.members(), cluster.ring()));
    }
  }

  /** Belongs to this cluster, which is on disk. */
  void join(Cluster formed) {
    cluster = formed;
    for (Member member : formed.members()) {
      table.add(member, connected.contains(member.id()), schedule.monotonicMillis());
      if (!member.id().equals(identity.id())) {
        outbox.add(new Effect.Dial(member.peerAddress()));
      }
    }
    eras.expect(table.others());
    gossiper.start(formed.ring().epoch());
    peers = new Peers(identity.id(), formed.ring(), table, this::send);
  }

  /** Whether a stored cluster is the one that the configuration means. */
  void checkBelongs(Cluster stored) throws MalformedException {
    var member = stored.member(identity.id());
    if (member == null || !member.name().equals(config.name())) {
      throw new MalformedException(
          "the data directory belongs to node "
              + (member == null ? identity.id() : member.name())
              + ", not to "
              + config.name());
    }
    if (stored.settings() != config.settings().fingerprint()) {
      throw new MalformedException(
          "the data directory was formed with other cluster settings: cluster, partitions, n,"
              + " limits and namespaces cannot be changed here");
    }
  }

  /** Once a second: say that we live or, before there is a cluster, who we are. */
  void beat() {
    if (cluster == null) {
      proposeIfComplete();
      connected.forEach(this::greet);
    } else {
      gossiper.beat(journal.oldestMillis());
      // A connection to this very identity leads to a copy of it, which has to be told.
      if (connected.contains(identity.id())) {
        send(identity.id(), new Heartbeat(schedule.wallMillis()));
      }
    }
  }

  private void greet(NodeId peer) {
    if (cluster == null && !identityDurable) {
      return;
    }
    if (cluster == null) {
      send(peer, new Announce(self(), config.initialMembers()));
    } else if (table.contains(peer)) {
      gossiper.connected(peer);
    }
  }

  private Member self() {
    return new Member(
        identity.id(),
        config.name(),
        config.clientAddress(),
        config.peerAddress(),
        config.zone(),
        config.weight());
  }

  /** What keeps this node from serving; empty when it serves. */
  String waitingFor() {
    if (peers != null) {
      return "";
    }
    if (config.initialMembers().isEmpty()) {
      return "a cluster: the directory is empty and no initial-members are configured";
    }
    return formation.waitingFor();
  }

  List<MemberView> views() {
    long monotonic = schedule.monotonicMillis();
    var views = new ArrayList<MemberView>();
    for (Member member : table.members()) {
      views.add(
          new MemberView(
              member,
              table.state(member.id(), monotonic),
              table.reason(member.id(), monotonic),
              table.silentMillis(member.id(), monotonic),
              table.phi(member.id(), monotonic),
              table.skewMillis(member.id()),
              isSelf(member) ? eras.current() : table.claim(member.id()).era(),
              isSelf(member) ? eras.settled() : table.claim(member.id()).settled()));
    }
    return views;
  }

  List<MemberState> told() {
    return table.told();
  }

  /** Names of the members that keep eras from going on, or from closing. */
  List<String> heldUpBy() {
    var names = new ArrayList<String>();
    if (eras.settled() < eras.current() - 3) {
      names.add(config.name());
    }
    for (NodeId id : eras.heldUpBy()) {
      var member = table.member(id);
      names.add(member == null ? id.toString() : member.name());
    }
    return names;
  }

  private boolean isSelf(Member member) {
    return member.id().equals(identity.id());
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
    long epoch = cluster == null ? 0 : cluster.ring().epoch();
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
