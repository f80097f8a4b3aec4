package io.flywheel.core.node;

import io.flywheel.core.antientropy.Facilities;
import io.flywheel.core.antientropy.Trees;
import io.flywheel.core.coordinate.Arbitration;
import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Forwarder;
import io.flywheel.core.coordinate.GetCoordinator;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.coordinate.PutCoordinator;
import io.flywheel.core.coordinate.ReadRepair;
import io.flywheel.core.coordinate.Recovery;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Loaded;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Scanned;
import io.flywheel.core.effect.Scanner;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.membership.Doorkeeper;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.ActorLease;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.KeyWork;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.replica.Records;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.core.version.Fingerprints;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node of the store, as one deterministic machine: it takes an input with the time, and appends
 * what it wants done to its outbox. It does no I/O, reads no clock and starts no thread; whoever
 * runs it calls it from one thread at a time and carries out the effects after each input.
 *
 * <p>This class dispatches. A client's put goes from {@link ClientDesk} to {@link PutCoordinator}
 * to {@link LocalReplica} and through {@link Journal} to the disk; a peer's to {@link ReplicaDesk}.
 */
public final class Node {
  /** Keeps a census' request numbers away from those of gets. */
  private static final long CENSUS_REQUESTS = 1L << 60;

  private final Outbox outbox;
  private final Schedule schedule;
  private final Journal journal;
  private final ActorLease lease;
  private final MembershipDesk membership;
  private final Scanner scanner;
  private final Upkeep upkeep;
  private final LocalReplica replica;
  private final PutCoordinator puts;
  private final GetCoordinator gets;
  private final Forwarder forwarder;
  private final Census census;
  private final Reports reports;
  private final WaitingLine line;
  private final ClientDesk clients;
  private final ReplicaDesk replicas;
  private final Portrait portrait;
  private final InFlight inFlight = new InFlight();

  private Node(
      NodeConfig config,
      Identity before,
      Map<Bytes, Bytes> metadata,
      SplittableRandom random,
      Now now,
      Outbox outbox)
      throws MalformedException {
    this.outbox = outbox;
    var eras = Eras.stored(metadata);
    schedule = new Schedule(now);
    reports = new Reports(outbox);
    journal = new Journal(outbox, schedule);
    scanner = new Scanner(outbox);
    var settings = config.settings();
    lease =
        new ActorLease(before, journal, schedule, random, settings.partitions(), this::retryMints);
    membership =
        new MembershipDesk(
            config, before, eras, outbox, schedule, random, journal, lease, metadata);
    membership.whenRingChanges(this::ringChanged);
    Supplier<RecordSettings> inForce = membership::records;
    var ledger = new DebtLedger(config.hintsLimitBytes());
    var losers = new LoserLog(lease);
    var damage = new DamageReports(membership, reports);
    var former = new FormerPartitions(journal, metadata.get(StorageKey.FORMER));
    var owners = new RingOwners(membership, former);
    var fingerprints = new Fingerprints(config.secret());
    var trees = new Trees(settings.partitions());
    var records =
        new Records(
            settings.partitions(), journal, lease, eras, owners, ledger, fingerprints, trees);
    var work = new KeyWork(inForce, schedule, lease, eras, owners, ledger, losers, records, damage);
    replica = new LocalReplica(outbox, journal, work, records, owners, damage);
    long firstRequest = random.nextLong() >>> 20;
    census = new Census(replica, schedule, CENSUS_REQUESTS + firstRequest);
    line = new WaitingLine(schedule);
    replicas = new ReplicaDesk(replica, eras, schedule, inForce, config.durable());
    var facilities =
        new Facilities(
            settings,
            inForce,
            scanner,
            schedule,
            replica,
            trees,
            fingerprints,
            membership::peers,
            new BackgroundBudget(schedule, new Congestion(replica, line, replicas)),
            reports::warnOnce);
    var books = new Books(records, ledger, losers, eras, owners, former, journal);
    upkeep =
        new Upkeep(
            config, facilities, books, census, membership.ring(), metadata, random, firstRequest);
    membership.drainedWhen(upkeep::isDrained);
    var repair = new ReadRepair(replica, schedule);
    puts = new PutCoordinator(replica, schedule, config.durable(), firstRequest);
    gets = new GetCoordinator(outbox, replica, schedule, repair, firstRequest);
    forwarder = new Forwarder(schedule, eras, random, firstRequest);
    damage.recoverBy(
        new Recovery(replica, census, schedule, inForce),
        new Arbitration(replica, census, schedule));
    clients =
        new ClientDesk(
            settings.quorum(),
            inForce,
            schedule,
            new ContextSeal(config.secret()),
            puts,
            gets,
            forwarder,
            census,
            upkeep,
            line,
            membership::peers);
    portrait =
        new Portrait(
            config.name(),
            lease,
            membership,
            eras,
            repair,
            damage,
            clients,
            upkeep,
            work,
            replica,
            inFlight);
  }

  /**
   * Starts a node in a new life: another start, another incarnation.
   *
   * @param metadata what the data directory holds; empty for a new one
   * @param random seeded by whoever runs the node, differently at every start
   * @throws MalformedException if the metadata is damaged, or belongs to another name or to other
   *     cluster settings than the configuration says
   */
  public static Node start(
      NodeConfig config,
      Map<Bytes, Bytes> metadata,
      SplittableRandom random,
      Now now,
      Outbox outbox)
      throws MalformedException {
    long startId = random.nextLong();
    var storedIdentity = metadata.get(StorageKey.IDENTITY);
    var before =
        storedIdentity == null
            ? new Identity(new NodeId(random.nextLong()), 1, startId, 0, 0)
            : Identity.decode(storedIdentity).startedAs(startId);
    var storedCluster = metadata.get(StorageKey.CLUSTER);
    var node = new Node(config, before, metadata, random, now, outbox);
    if (storedCluster != null) {
      var cluster = Cluster.decode(storedCluster);
      node.membership.checkBelongs(cluster);
      node.membership.belong(cluster);
    }
    config.seeds().forEach(seed -> outbox.add(new Effect.Dial(seed)));
    node.upkeep.start();
    node.beat();
    return node;
  }

  public NodeId id() {
    return lease.identity().id();
  }

  public long startId() {
    return lease.identity().startId();
  }

  /** A message has arrived and was decoded. */
  public void receive(Now now, Envelope envelope) {
    advance(now);
    switch (membership.examine(envelope)) {
      case Doorkeeper.Verdict.Welcome _ -> dispatch(envelope);
      case Doorkeeper.Verdict.TurnedAway turnedAway -> reports.warnOnce(turnedAway.reason());
      case Doorkeeper.Verdict.Unacquainted stranger -> reports.warnOnce(stranger.reason());
      case Doorkeeper.Verdict.Impostor impostor -> outbox.add(new Effect.Halt(impostor.reason()));
    }
  }

  /** A connection to this peer is there, in both directions. */
  public void peerConnected(Now now, NodeId peer) {
    advance(now);
    membership.connected(peer);
  }

  /** No connection to this peer is left. */
  public void peerDisconnected(Now now, NodeId peer) {
    advance(now);
    membership.disconnected(peer);
    puts.unreachable(peer);
    gets.unreachable(peer);
    forwarder.unreachable(peer);
  }

  /** A client asks, and waits for {@link #beginNext}; one {@link Effect.Respond} follows. */
  public void request(Now now, long token, ClientRequest request) {
    advance(now);
    var key = request.key();
    if (membership.peers() == null || !membership.waitingFor().isEmpty()) {
      respond(
          token, key, new NotDone(Obstacle.NOT_SERVING, "waiting for " + membership.waitingFor()));
    } else if (inFlight.isFull()) {
      respond(token, key, new NotDone(Obstacle.OVERLOADED, "too many requests at a time"));
    } else {
      clients.serve(request, inFlight.count(request, outcome -> respond(token, key, outcome)));
    }
  }

  /** Whether {@link #beginNext} has anything to do, and may. */
  public boolean requestsWait() {
    return line.mayBegin();
  }

  /** Everything else that had come is done: begins the next request that waits. */
  public void beginNext(Now now) {
    advance(now);
    line.beginNext();
  }

  /** A load's result has come. */
  public void loaded(Now now, long ticket, Loaded result) {
    advance(now);
    if (result instanceof Loaded.Value value) {
      line.read(value.record().length());
    }
    replica.loaded(ticket, result);
  }

  /** A scan's result has come. */
  public void scanned(Now now, long ticket, Scanned result) {
    advance(now);
    scanner.scanned(ticket, result);
  }

  /** What follows a decided entry has been worked out. */
  public void workedOut(Now now, Cluster next) {
    advance(now);
    membership.ring().workedOut(next);
  }

  /** All stores up to this ticket are durable. */
  public void stored(Now now, long throughTicket) {
    advance(now);
    journal.stored(throughTicket);
  }

  /** The disk has too little room for values, or has room again. */
  public void diskSpace(Now now, boolean full) {
    advance(now);
    if (full != replica.isFull()) {
      replica.full(full);
      membership.diskFull(full);
      reports.diskSpace(full);
    }
  }

  /** The newest values that conflicts discarded here, of one key or of all, oldest first. */
  public void losers(Now now, @Nullable Key key, int most, Consumer<LoserLog.Listing> whenRead) {
    schedule.advance(now);
    new LoserList(scanner, key, most, whenRead).read();
  }

  /** Does what is due by now. */
  public void wake(Now now) {
    advance(now);
    schedule.runDue();
  }

  /** When to wake the node next, by the monotonic clock. */
  public long nextWakeMillis() {
    return schedule.nextMillis();
  }

  public NodeView view(Now now) {
    schedule.advance(now);
    return portrait.take();
  }

  /** The settings in force that shape records. */
  public RecordSettings records() {
    return membership.records();
  }

  /** Whether the node belongs to a cluster; cheaper than a whole {@link #view}. */
  public Standing standing() {
    return membership.standing();
  }

  /** What members claim and others say of them, as far as it is known here. */
  public List<MemberState> told() {
    return membership.told();
  }

  /**
   * Lets a node that belongs to no cluster become a member of the one that its seeds belong to, or
   * resumes that. To be called again after a restart while it is {@link Standing#OUTSIDE}.
   *
   * @param replaces the name of a dead member whose place it takes, or null
   * @param answer gets exactly one answer, once the node is a member or cannot become one
   */
  public void join(Now now, @Nullable String replaces, Consumer<RingAnswer> answer) {
    advance(now);
    membership.ring().joins().join(replaces, answer);
  }

  /** What this node could join, while it is {@link Standing#OUTSIDE}. */
  public Prospect prospect() {
    return membership.ring().prospect();
  }

  /** Begins a change of the ring, or undoes it; exactly one answer follows, within seconds. */
  public void changeRing(Now now, RingOrder order, Consumer<RingAnswer> answer) {
    advance(now);
    membership.ring().orders().give(order, answer);
  }

  Upkeep upkeep() {
    return upkeep;
  }

  /** Compares with every other replica now, without waiting for their turn. */
  public void repairAll(Now now) {
    advance(now);
    upkeep.repairNow();
  }

  private void advance(Now now) {
    schedule.advance(now);
    membership.awake();
    line.refuseLate();
  }

  private void dispatch(Envelope envelope) {
    var from = envelope.from();
    long epoch = envelope.epoch();
    switch (envelope.message()) {
      case Message.AboutMembers about -> membership.heard(from, about);
      case Message.AboutRing about -> membership.ring().received(from, about);
      case Message.ReplicaPutReply reply -> {
        puts.replied(from, reply);
        upkeep.replied(from, reply);
      }
      case Message.ForwardReply reply -> forwarder.replied(from, reply);
      case Message.ReplicaGetReply reply -> {
        var believed = replicas.believed(reply);
        gets.replied(from, believed);
        census.replied(from, believed);
        upkeep.replied(from, believed);
      }
      case Message.ReplicaPut put -> withPeers(peers -> replicas.put(peers, from, epoch, put));
      case Message.RelayedPut put -> withPeers(peers -> replicas.relay(peers, from, epoch, put));
      case Message.PassedOnPut passed ->
          withPeers(
              peers -> replicas.put(peers, passed.coordinator(), passed.epoch(), passed.put()));
      case Message.ReplicaGet get -> withPeers(peers -> replicas.get(peers, from, epoch, get));
      case Message.ForwardPut put -> withPeers(_ -> clients.forwarded(from, put));
      case Message.AboutTrees trees ->
          withPeers(peers -> upkeep.received(peers, from, epoch, trees));
      case Message.AboutTransfers transfer ->
          withPeers(peers -> upkeep.received(peers, from, transfer));
      case Message.AboutReaping about ->
          withPeers(peers -> upkeep.reaper().received(peers, from, epoch, about));
    }
  }

  /** A newer cluster is on disk, and the peers are made anew: what depends on them follows. */
  private void ringChanged() {
    withPeers(puts::ringChanged);
    withPeers(forwarder::ringChanged);
    upkeep.ringChanged();
  }

  /** Before there is a cluster nobody replicates anything. */
  private void withPeers(Consumer<Peers> action) {
    var peers = membership.peers();
    if (peers != null) {
      action.accept(peers);
    }
  }

  private void beat() {
    membership.beat();
    lease.extendIfNear();
    schedule.at(schedule.monotonicMillis() + MembershipTable.HEARTBEAT_MILLIS, _ -> beat(), 0);
  }

  private void retryMints() {
    membership.identityDurable();
    replica.leaseReady();
  }

  private void respond(long token, Key key, Outcome outcome) {
    outbox.add(clients.response(token, key, outcome));
  }
}
