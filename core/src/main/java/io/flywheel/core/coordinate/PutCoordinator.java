package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Minter;
import io.flywheel.core.replica.PutOrder;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.version.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A put at one of the key's replicas (Dynamo 4.5): mint the dot here, store the record and send it
 * to all other replicas at the same time, and answer when W nodes have it on disk.
 *
 * <p>The quorum is sloppy (Dynamo 4.6): in the place of a primary that is down, that refuses, or
 * that stays silent, the next live node of the preference list is asked to keep the record for it.
 * A primary for which nobody does is remembered here, as a debt; that is a reminder, and counts for
 * nothing.
 *
 * <p>Before the dot is minted every obstacle is an honest 'not done'. From then on the write
 * exists: it is answered 'written', or 'unknown'.
 */
public final class PutCoordinator {
  /** Part of the time after which a silent replica is sent the record once more. */
  private static final int RESEND_PART = 3;

  private static final long LEAST_RESEND_MILLIS = 20;
  private static final long MAX_RESEND_MILLIS = 500;

  /** Who is far away is not silent before so many times what he usually takes, */
  private static final int WAY_FACTOR = 2;

  /** or this part of the time. */
  private static final int WAY_PART = 2;

  /** How many other nodes are asked, for each copy, when those before them refuse. */
  private static final int MAX_REPLACEMENTS_PER_COPY = 2;

  /** Above this answered puts are not kept to be sent once more. */
  private static final long MANY_KEPT_BYTES = 32L << 20;

  /** Above this no further put is begun. */
  private static final long MAX_KEPT_BYTES = 128L << 20;

  private final LocalReplica replica;
  private final Schedule schedule;
  private final boolean durable;
  private final Map<Long, Put> inFlight = new HashMap<>();

  /** Of nodes in other data centres. */
  private final Latencies latencies = new Latencies();

  private long lastRequest;
  private long keptBytes;

  /**
   * One for each life of a node.
   *
   * @param durable whether this node's stores are synced before their result
   * @param firstRequest where request numbers begin: elsewhere in every life, so that an answer to
   *     an earlier one is not taken for an answer now
   */
  public PutCoordinator(
      LocalReplica replica, Schedule schedule, boolean durable, long firstRequest) {
    this.replica = replica;
    this.schedule = schedule;
    this.durable = durable;
    this.lastRequest = firstRequest;
  }

  /**
   * Coordinates a put of a key that this node replicates, or for which it stands in.
   *
   * @param whenUnable called instead of {@code answer} when this replica cannot take it, for a
   *     reason that is its own; nothing was minted, and another replica may coordinate
   */
  public void put(
      Peers peers, PutOrder order, Consumer<Outcome> answer, Consumer<Outcome> whenUnable) {
    var put = new Put(++lastRequest, peers, order, answer, whenUnable);
    var obstacle = put.obstacle();
    if (obstacle != null) {
      answer.accept(obstacle);
      return;
    }
    var inability = inability(order);
    if (inability != null) {
      whenUnable.accept(inability);
      return;
    }
    inFlight.put(put.request, put);
    schedule.at(order.deadlineMillis(), this::expire, put.request);
    replica.mint(order, put.ownerHere, put);
  }

  /** Refused at once: whoever waits for this disk had better ask another. */
  private @Nullable Outcome inability(PutOrder order) {
    if (replica.isFull() && !order.write().tombstone()) {
      return new NotDone(
          Obstacle.OVERLOADED, "this node's disk is full: it takes deletions, but no values");
    }
    long left = order.deadlineMillis() - schedule.monotonicMillis();
    return replica.isStalled(left)
        ? new NotDone(Obstacle.OVERLOADED, "this node's disk is too slow to store it in time")
        : null;
  }

  public void replied(NodeId from, ReplicaPutReply reply) {
    var put = inFlight.get(reply.request());
    if (put != null && put.tally.record(from, reply.status())) {
      if (!put.peers.isNear(from)) {
        long now = schedule.monotonicMillis();
        latencies.answered(from, now - put.sentMillis, now);
      }
      if (put.tally.hasFailed(from)) {
        put.replace(from);
      }
      put.decide();
    }
  }

  /** No connection to this node is left: who else can take what it was sent is asked at once. */
  public void unreachable(NodeId node) {
    for (Put put : new TreeMap<>(inFlight).values()) {
      put.relays.behind(node).forEach(put::send);
      if (put.tally.isAsked(node) && !put.tally.hasStored(node)) {
        put.replace(node);
      }
    }
  }

  /**
   * Other nodes own keys from now on, beside those that did or in their place. Puts that are under
   * way are sent to them as well, and are answered by the quorums of the new ring: what was begun
   * by the ring before must not be missed by whoever reads by the one after.
   */
  public void ringChanged(Peers present) {
    for (Put put : new TreeMap<>(inFlight).values()) {
      put.follow(present);
    }
  }

  private void resend(long request) {
    var put = inFlight.get(request);
    if (put != null) {
      put.resend();
    }
  }

  private void expire(long request) {
    var put = inFlight.get(request);
    if (put != null) {
      put.forget();
      put.expire();
    }
  }

  /** One put on its way. */
  private final class Put implements Minter {
    private final long request;
    private final PutOrder order;
    private final PutTally tally;
    private final Consumer<Outcome> whenUnable;

    /** The owner whose copy this node keeps: itself, where it is one. */
    private final NodeId ownerHere;

    private Peers peers;
    private StandIns standIns;
    private Relays relays = Relays.NONE;

    private @Nullable Consumer<Outcome> answer;
    private @Nullable ReplicaPut message;
    private Context context = Context.EMPTY;
    private boolean heldBack;
    private int replacements;
    private long sentMillis;

    private Put(
        long request,
        Peers peers,
        PutOrder order,
        Consumer<Outcome> answer,
        Consumer<Outcome> whenUnable) {
      this.request = request;
      this.peers = peers;
      this.order = order;
      this.answer = answer;
      this.whenUnable = whenUnable;
      standIns = peers.standIns(order.key());
      tally = new PutTally(peers, order);
      for (Replica part : peers.replicasToWrite(order.key(), schedule.monotonicMillis())) {
        tally.ask(part.node(), part.owner());
      }
      if (!tally.isAsked(peers.self())) {
        // Whoever forwarded this found no primary to take it, whatever this node believes of them.
        tally.ask(peers.self(), peers.readers(order.key()).getFirst());
      }
      ownerHere = tally.ownerOf(peers.self());
    }

    private @Nullable Outcome obstacle() {
      if (tally.hopeless()) {
        return new NotDone(Obstacle.TOO_FEW_REPLICAS, tally.shortage());
      }
      return replica.isOverloaded(order.key()) || keptBytes > MAX_KEPT_BYTES
          ? new NotDone(Obstacle.OVERLOADED, "too much is waiting for disks")
          : null;
    }

    /** Goes on by another ring. */
    private void follow(Peers present) {
      peers = present;
      standIns = present.standIns(order.key());
      replacements = 0;
      tally.follow(present, order.key());
      for (NodeId owner : tally.unattended(present.self())) {
        if (present.isAlive(owner, schedule.monotonicMillis())) {
          tally.ask(owner, owner);
        } else {
          askToStandIn(owner);
        }
      }
      if (message != null) {
        tellAll();
        oweTo(tally.unattended(present.self()));
        resendLater();
        decide();
      }
    }

    @Override
    public void minted(Bytes record, long era, Context covered, boolean tellOnlyWhenDurable) {
      context = covered;
      message = new ReplicaPut(request, order.key(), era, null, record);
      sentMillis = schedule.monotonicMillis();
      keptBytes += record.length();
      heldBack = tellOnlyWhenDurable;
      spread();
      oweTo(tally.unattended(peers.self()));
      resendLater();
    }

    private void resendLater() {
      long now = schedule.monotonicMillis();
      long left = order.deadlineMillis() - now;
      long patience = Math.clamp(left / RESEND_PART, LEAST_RESEND_MILLIS, MAX_RESEND_MILLIS);
      long way = (long) (WAY_FACTOR * latencies.expectedMillis(tally.asked(), now));
      long wait = Math.max(patience, Math.min(way, left / WAY_PART));
      schedule.at(now + wait, PutCoordinator.this::resend, request);
    }

    @Override
    public void durable() {
      tally.record(peers.self(), durable ? PutStatus.STORED : PutStatus.STORED_NOT_SYNCED);
      if (heldBack) {
        heldBack = false;
        spread();
      }
      decide();
    }

    @Override
    public void refused(Outcome outcome) {
      forget();
      answer(outcome);
    }

    @Override
    public void unreadable() {
      forget();
      if (answer != null) {
        answer = null;
        whenUnable.accept(
            new NotDone(
                Obstacle.TOO_FEW_REPLICAS, "this replica cannot read what it holds of the key"));
      }
    }

    /** Sends it to everybody who was asked, and to each other data centre once. */
    private void spread() {
      if (!peers.spanDatacenters()) {
        tellAll();
      } else if (!heldBack) {
        relays = new Relays();
        relays.appoint(tally.asked(), order.key(), peers).forEach(this::send);
      }
    }

    /** Sends it to everybody who was asked and is not known to have it. */
    private void tellAll() {
      tally.asked().forEach(this::send);
    }

    private void send(NodeId node) {
      if (message != null && !heldBack && !node.equals(peers.self()) && !tally.hasStored(node)) {
        relays.sentDirectly(node);
        peers.send(node, copyFor(message, node));
      }
    }

    private void send(NodeId relay, List<NodeId> others) {
      if (message != null && !others.isEmpty()) {
        var parts = others.stream().map(tally::partOf).toList();
        peers.send(relay, new RelayedPut(copyFor(message, relay), parts));
      } else {
        send(relay);
      }
    }

    private ReplicaPut copyFor(ReplicaPut put, NodeId node) {
      var owner = tally.ownerOf(node);
      var standsInFor = node.equals(owner) ? null : owner;
      return new ReplicaPut(request, put.key(), put.era(), standsInFor, put.record());
    }

    /** Asks the next live node to keep the copy that {@code node} does not take. */
    private void replace(NodeId node) {
      if (replacements++ > MAX_REPLACEMENTS_PER_COPY * tally.owners()) {
        return; // a cluster that refuses everywhere is not asked everywhere
      }
      if (message != null && !heldBack) {
        askToStandIn(tally.ownerOf(node));
      }
    }

    private void askToStandIn(NodeId owner) {
      long now = schedule.monotonicMillis();
      var next = standIns.next(owner, node -> !tally.isAsked(node) && peers.isAlive(node, now));
      if (next != null) {
        tally.ask(next, owner);
        send(next);
      }
    }

    /**
     * Sends it once more, and has other nodes stand in for those that stay silent. Those who waited
     * for a relay are sent it now, and have as much time again.
     */
    private void resend() {
      if (message != null && !heldBack) {
        var silent = tally.silent(peers.self());
        boolean someWaited = silent.removeIf(relays::isWaiting);
        tellAll();
        accuse(silent);
        silent.forEach(this::replace);
        if (someWaited) {
          resendLater();
        }
      }
    }

    private void accuse(List<NodeId> silent) {
      long now = schedule.monotonicMillis();
      for (NodeId node : silent) {
        if (!relays.isSpared(node)) {
          peers.unanswered(node, sentMillis, now);
        }
      }
    }

    private void oweTo(List<NodeId> absent) {
      if (!absent.isEmpty()) {
        replica.owe(order.key(), absent);
      }
    }

    /** What nobody has taken by now is owed; late acknowledgements change nothing. */
    private void forget() {
      if (inFlight.remove(request) != null && message != null) {
        keptBytes -= message.record().length();
        oweTo(tally.uncovered(peers.self()));
      }
    }

    private void decide() {
      if (tally.enough()) {
        var stored = tally.stored();
        var receipt =
            new Receipt(
                tally.n(),
                tally.primaries(),
                tally.fallbacks(),
                peers.racks(stored),
                peers.datacenters(stored),
                tally.durable(),
                0);
        answer(new Written(context, receipt));
      } else if (tally.hopeless()) {
        answer(new Unknown("some replicas could not store it; it may still be there"));
      }
      boolean tooMuchKept = answer == null && keptBytes > MANY_KEPT_BYTES;
      boolean settled =
          tally.uncovered(peers.self()).isEmpty() || tally.silent(peers.self()).isEmpty();
      if (tooMuchKept || (answer == null && settled)) {
        forget();
      }
    }

    private void expire() {
      if (message == null) {
        answer(new NotDone(Obstacle.DEADLINE, "the deadline passed before it was begun"));
        return;
      }
      accuse(tally.silent(peers.self()));
      answer(
          new Unknown(
              tally.stored().size() + " of " + tally.required() + " replicas confirmed in time"));
    }

    private void answer(Outcome outcome) {
      var waiting = answer;
      answer = null;
      if (waiting != null) {
        waiting.accept(outcome);
      }
    }
  }
}
