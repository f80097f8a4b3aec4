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
import io.flywheel.core.membership.Cluster;
import io.flywheel.core.membership.Doorkeeper;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Message.Gossip;
import io.flywheel.core.message.Message.Heartbeat;
import io.flywheel.core.message.Message.News;
import io.flywheel.core.message.Message.Probe;
import io.flywheel.core.message.Message.ProbeReply;
import io.flywheel.core.message.Message.Reap;
import io.flywheel.core.message.Message.ReapAnswer;
import io.flywheel.core.message.Message.ReapAsk;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Now;
import io.flywheel.core.replica.ActorLease;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.KeyWork;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.replica.Records;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.core.version.Fingerprints;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
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
  /** The most client requests that are worked on at a time. */
  private static final int MAX_REQUESTS_IN_FLIGHT = 16_384;

  /** The most bytes of values that clients' unanswered requests may hold. */
  private static final long MAX_BYTES_IN_FLIGHT = 64L << 20;

  /** Keeps a census' request numbers away from those of gets. */
  private static final long CENSUS_REQUESTS = 1L << 60;

  private final NodeConfig config;
  private final Outbox outbox;
  private final Schedule schedule;
  private final Journal journal;
  private final ActorLease lease;
  private final MembershipDesk membership;
  private final Scanner scanner;
  private final Upkeep upkeep;
  private final Eras eras;
  private final KeyWork work;
  private final LocalReplica replica;
  private final PutCoordinator puts;
  private final GetCoordinator gets;
  private final ReadRepair repair;
  private final Forwarder forwarder;
  private final Census census;
  private final Reports reports;
  private final DamageReports damage;
  private final WaitingLine line;
  private final ClientDesk clients;
  private final ReplicaDesk replicas;
  private int requestsInFlight;
  private long bytesInFlight;

  private Node(
      NodeConfig config,
      Identity before,
      Eras eras,
      SplittableRandom random,
      Now now,
      Outbox outbox) {
    this.config = config;
    this.outbox = outbox;
    this.eras = eras;
    schedule = new Schedule(now);
    reports = new Reports(outbox);
    journal = new Journal(outbox, schedule);
    scanner = new Scanner(outbox);
    var settings = config.settings();
    lease =
        new ActorLease(before, journal, schedule, random, settings.partitions(), this::retryMints);
    membership = new MembershipDesk(config, before, eras, outbox, schedule, random, journal, lease);
    var ledger = new DebtLedger(config.hintsLimitBytes());
    var losers = new LoserLog(lease);
    damage = new DamageReports(membership, reports);
    var owners = new RingOwners(membership);
    var fingerprints = new Fingerprints(config.secret());
    var trees = new Trees(settings.partitions());
    var records =
        new Records(
            settings.partitions(), journal, lease, eras, owners, ledger, fingerprints, trees);
    work = new KeyWork(settings, schedule, lease, eras, owners, ledger, losers, records, damage);
    replica = new LocalReplica(outbox, journal, work, records, owners, damage);
    long firstRequest = random.nextLong() >>> 20;
    census = new Census(replica, schedule, CENSUS_REQUESTS + firstRequest);
    line = new WaitingLine(schedule);
    var facilities =
        new Facilities(
            settings,
            scanner,
            schedule,
            replica,
            trees,
            fingerprints,
            membership::peers,
            new BackgroundBudget(schedule, () -> replica.lagsBehind() || line.stands()),
            reports::warnOnce);
    var books = new Books(records, ledger, losers, eras, owners);
    upkeep = new Upkeep(config, facilities, books, journal, census, random.split(), firstRequest);
    repair = new ReadRepair(replica, schedule);
    puts = new PutCoordinator(replica, schedule, config.durable(), firstRequest);
    gets = new GetCoordinator(outbox, replica, schedule, repair, firstRequest);
    forwarder = new Forwarder(schedule, eras, random, firstRequest);
    damage.recoverBy(
        new Recovery(replica, census, schedule, config.settings()),
        new Arbitration(replica, census, schedule));
    clients =
        new ClientDesk(
            config.settings(),
            schedule,
            new ContextSeal(config.secret()),
            puts,
            gets,
            forwarder,
            census,
            upkeep,
            line);
    replicas = new ReplicaDesk(replica, eras, schedule, config.settings(), config.durable());
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
    var node = new Node(config, before, Eras.stored(metadata), random, now, outbox);
    if (storedCluster != null) {
      var cluster = Cluster.decode(storedCluster);
      node.membership.checkBelongs(cluster);
      node.membership.join(cluster);
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
      case Doorkeeper.Verdict.Welcome _ -> dispatch(envelope.from(), envelope.message());
      case Doorkeeper.Verdict.TurnedAway turnedAway -> reports.warnOnce(turnedAway.reason());
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

  /**
   * A client asks; exactly one {@link Effect.Respond} with this token follows. The request waits
   * until {@link #beginNext} comes to it.
   */
  public void request(Now now, long token, ClientRequest request) {
    advance(now);
    var key = request.key();
    var peers = membership.peers();
    if (peers == null) {
      respond(
          token, key, new NotDone(Obstacle.NOT_SERVING, "waiting for " + membership.waitingFor()));
    } else if (requestsInFlight >= MAX_REQUESTS_IN_FLIGHT || bytesInFlight > MAX_BYTES_IN_FLIGHT) {
      respond(token, key, new NotDone(Obstacle.OVERLOADED, "too many requests at a time"));
    } else {
      long bytes = request instanceof ClientRequest.Put put ? put.write().value().length() : 0;
      requestsInFlight++;
      bytesInFlight += bytes;
      clients.serve(
          peers,
          request,
          outcome -> {
            requestsInFlight--;
            bytesInFlight -= bytes;
            respond(token, key, outcome);
          });
    }
  }

  /** Whether {@link #beginNext} has anything to do. */
  public boolean requestsWait() {
    return !line.isEmpty();
  }

  /** Everything else that had come is done: begins the next request that waits. */
  public void beginNext(Now now) {
    advance(now);
    line.beginNext();
  }

  /** A load's result has come. */
  public void loaded(Now now, long ticket, Loaded result) {
    advance(now);
    replica.loaded(ticket, result);
  }

  /** A scan's result has come. */
  public void scanned(Now now, long ticket, Scanned result) {
    advance(now);
    scanner.scanned(ticket, result);
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
      if (full) {
        reports.warn("the disk is full: this node takes deletions, but no values");
      } else {
        reports.info("the disk has room again: this node takes values");
      }
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
    var cluster = membership.cluster();
    var counters =
        new NodeCounters(
            repair.repairs(),
            damage.unreadable(),
            damage.lost(),
            clients.tombstonesWritten(),
            clients.siblingsFound(),
            upkeep.debts().waiting(),
            upkeep.debts().bytes(),
            upkeep.debtsPaid(),
            work.reapedKeys(),
            work.shedEntries());
    return new NodeView(
        id(),
        config.name(),
        cluster != null,
        membership.waitingFor(),
        cluster == null ? 0 : cluster.id(),
        startId(),
        lease.incarnation(),
        membership.views(),
        cluster == null ? null : cluster.ring(),
        counters,
        upkeep.antiEntropy(),
        requestsInFlight,
        upkeep.debts().waitingByOwner(),
        upkeep.losers(),
        replica.isFull(),
        new EraView(eras.current(), eras.closed(), membership.heldUpBy()));
  }

  /** What members claim and others say of them, as far as it is known here. */
  public List<MemberState> told() {
    return membership.told();
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

  private void dispatch(NodeId from, Message message) {
    switch (message) {
      case Heartbeat _, Gossip _, News _, Probe _, ProbeReply _ -> membership.heard(from, message);
      case Announce announce -> membership.announced(from, announce);
      case Formed formed -> membership.told(formed);
      case ReplicaPutReply reply -> {
        puts.replied(from, reply);
        upkeep.replied(from, reply);
      }
      case ForwardReply reply -> forwarder.replied(from, reply);
      case ReplicaGetReply reply -> {
        var believed = replicas.believed(reply);
        gets.replied(from, believed);
        census.replied(from, believed);
        upkeep.replied(from, believed);
      }
      case ReplicaPut put -> withPeers(peers -> replicas.put(peers, from, put));
      case ReplicaGet get -> withPeers(peers -> replicas.get(peers, from, get));
      case ForwardPut put -> withPeers(peers -> clients.forwarded(peers, from, put));
      case Message.AboutTrees trees -> withPeers(peers -> upkeep.received(peers, from, trees));
      case ReapAsk _, ReapAnswer _, Reap _ ->
          withPeers(peers -> upkeep.reaper().received(peers, from, message));
    }
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
    long next = schedule.monotonicMillis() + MembershipTable.HEARTBEAT_MILLIS;
    schedule.at(next, _ -> beat(), 0);
  }

  private void retryMints() {
    membership.identityDurable();
    replica.leaseReady();
  }

  private void respond(long token, Key key, Outcome outcome) {
    outbox.add(new Effect.Respond(token, key, outcome, clients.token(key, outcome)));
  }
}
