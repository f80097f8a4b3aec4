package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Outbox;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.version.Siblings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A get (Dynamo 4.5): ask as many replicas as are needed, the nearest live ones, and the rest when
 * one fails or is late; merge, answer, and repair those that were stale afterwards. Any node may
 * coordinate one.
 *
 * <p>A late answer is hedged (Dean and Barroso, 'The Tail at Scale', 2013): once a replica takes
 * several times as long as it usually does, the other primaries are asked too. Only much later, or
 * when too few primaries live, nodes that stand in are asked: they may not have the key, and what
 * they answer counts towards R all the same.
 *
 * <p>Gets of one key that come in one turn share their reads, but none joins a read that has left
 * this node: a put that was acknowledged meanwhile would be missed. Until the outbox is drained
 * nobody can have seen anything that came after the first of them, not even an acknowledgement of
 * this node, so all might as well have come at the same moment.
 *
 * <p>A get goes on by the ring by which it began, also where this node adopts another meanwhile. It
 * has to show what was acknowledged before it began, when nobody was more than one step of a change
 * ahead of this node; whoever acknowledged it then had also written it to the owners that this get
 * asks. These answer only while they own the key, and to who is no more than one step away from
 * them, so that none does that has let go of anything. For the same reason gets that begin after
 * the change may join one from before it: until the outbox is drained nobody knows of it.
 */
public final class GetCoordinator {
  /** An answer is late after so many times what its node usually takes. */
  private static final double LATE_FACTOR = 4;

  private static final long LEAST_PATIENCE_MILLIS = 20;

  /** Part of the time after which the other primaries are asked whatever is usual. */
  private static final int PATIENCE_PART = 4;

  /** Part of the time after which other nodes stand in for silent primaries. */
  private static final int STAND_IN_PART = 2;

  private static final long NEVER = Long.MAX_VALUE;

  /** How much earlier than asked a get may give up for having joined another. */
  private static final long EARLIER_MILLIS = 10;

  private final Outbox outbox;
  private final LocalReplica replica;
  private final Schedule schedule;
  private final ReadRepair repair;
  private final Latencies latencies = new Latencies();
  private final Map<Long, Get> inFlight = new HashMap<>();

  /** The newest get of each key whose reads have not left this node. */
  private final Map<Key, Get> unissued = new HashMap<>();

  private long unissuedSince;
  private long lastRequest;

  /**
   * One for each life of a node.
   *
   * @param firstRequest where request numbers begin: elsewhere in every life, so that an answer to
   *     an earlier one is not taken for an answer now
   */
  public GetCoordinator(
      Outbox outbox,
      LocalReplica replica,
      Schedule schedule,
      ReadRepair repair,
      long firstRequest) {
    this.outbox = outbox;
    this.replica = replica;
    this.schedule = schedule;
    this.repair = repair;
    this.lastRequest = firstRequest;
  }

  /**
   * Reads from so many nodes, or all where there are fewer copies.
   *
   * @param strict how many of them must be primaries
   * @param reach what share must answer, or a quorum of which data centres
   * @param deadlineMillis by the monotonic clock
   */
  public void get(
      Peers peers,
      Key key,
      Conflicts conflicts,
      int count,
      int strict,
      Reach reach,
      long deadlineMillis,
      GetListener listener) {
    var primaries = peers.readers(key);
    int r = reach.nodes(count, primaries.size());
    int pr = Math.min(strict, primaries.size());
    var joined = joinable(key);
    if (joined != null && joined.tally.isFor(r, pr, reach) && joined.endsWith(deadlineMillis)) {
      joined.listeners.add(listener);
      return;
    }
    long now = schedule.monotonicMillis();
    int alive = peers.countAlive(primaries, now);
    var replicas = peers.replicas(key, now);
    var tally = new GetTally(peers, key, r, pr, reach, conflicts);
    if (replicas.size() < r || alive < pr || !couldReach(tally, replicas)) {
      listener.failed(
          new NotDone(
              Obstacle.TOO_FEW_REPLICAS,
              alive
                  + " of the key's replicas are alive and "
                  + (replicas.size() - alive)
                  + " other nodes can stand in; "
                  + tally.required()));
      return;
    }
    if (replica.isOverloaded(key)) {
      listener.failed(new NotDone(Obstacle.OVERLOADED, "too much is waiting for the disk"));
      return;
    }
    var get = new Get(++lastRequest, peers, key, tally, replicas, deadlineMillis, listener);
    inFlight.put(get.request, get);
    get.ask(Math.max(r, pr));
    get.askUntilEnough();
    if (inFlight.containsKey(get.request)) {
      unissued.put(key, get);
      get.hedgeMillis = now + get.patience();
      get.standInMillis = now + (deadlineMillis - now) / STAND_IN_PART;
      schedule.at(get.nextMillis(), this::due, get.request);
    }
  }

  private static boolean couldReach(GetTally tally, List<Replica> replicas) {
    return tally.isAnywhere() || tally.couldReachBy(replicas);
  }

  private @Nullable Get joinable(Key key) {
    if (unissuedSince != outbox.drains()) {
      unissuedSince = outbox.drains();
      unissued.clear();
    }
    var get = unissued.get(key);
    return get != null && inFlight.containsKey(get.request) ? get : null;
  }

  public void replied(NodeId from, ReplicaGetReply reply) {
    var get = inFlight.get(reply.request());
    if (get == null || !get.asked.contains(from)) {
      return;
    }
    long now = schedule.monotonicMillis();
    latencies.answered(from, now - get.startedMillis, now);
    try {
      switch (reply.status()) {
        case FOUND -> get.answered(from, get.tally.decode(reply.record()), reply.era());
        case ABSENT -> get.answered(from, Siblings.NONE, reply.era());
        case UNREADABLE, OVERLOADED, NOT_A_REPLICA, STALE_RING, STALE_ERA -> get.failed(from);
      }
    } catch (MalformedException e) {
      get.failed(from);
    }
  }

  /** No connection to this node is left: the others are asked at once. */
  public void unreachable(NodeId node) {
    for (Get get : new TreeMap<>(inFlight).values()) {
      if (get.asked.contains(node) && !get.tally.answered().contains(node)) {
        get.ask(1);
      }
    }
  }

  /** A get waits for one time at a time: most are over before the first, and leave just that. */
  private void due(long request) {
    var get = inFlight.get(request);
    if (get == null) {
      return;
    }
    long now = schedule.monotonicMillis();
    get.askedUnanswered();
    if (get.hedgeMillis <= now) {
      get.hedgeMillis = NEVER;
      get.ask(Integer.MAX_VALUE);
    }
    if (get.standInMillis <= now) {
      get.standInMillis = NEVER;
      get.askInstead(get.silent());
    }
    if (get.deadlineMillis > now) {
      schedule.at(get.nextMillis(), this::due, request);
    } else if (inFlight.remove(request) != null) {
      get.fail(new Unknown(get.tally.answered().size() + " replicas answered in time, too few"));
    }
  }

  /** One get on its way. */
  private final class Get implements Reader {
    private final long request;
    private final Peers peers;
    private final Key key;
    private final long deadlineMillis;
    private final long startedMillis;
    private final List<GetListener> listeners = new ArrayList<>(1);
    private final GetTally tally;
    private final ArrayDeque<NodeId> unasked;
    private final List<NodeId> asked = new ArrayList<>(3);
    private final List<NodeId> primaries;
    private final StandIns standIns;
    private final List<NodeId> failed = new ArrayList<>(0);
    private long hedgeMillis;
    private long standInMillis;

    private Get(
        long request,
        Peers peers,
        Key key,
        GetTally tally,
        List<Replica> replicas,
        long deadlineMillis,
        GetListener listener) {
      this.request = request;
      this.peers = peers;
      this.key = key;
      this.tally = tally;
      this.deadlineMillis = deadlineMillis;
      this.startedMillis = schedule.monotonicMillis();
      listeners.add(listener);
      primaries = peers.readers(key);
      standIns = peers.standIns(key);
      unasked = new ArrayDeque<>(order(replicas));
    }

    /** Primaries that live, then those that stand in, then primaries that may live after all. */
    private List<NodeId> order(List<Replica> replicas) {
      var order = new ArrayList<NodeId>(replicas.size());
      var slow = new ArrayList<NodeId>(0);
      var others = new ArrayList<NodeId>(0);
      double slowMillis = latencies.slowMillis(primaries, peers.self(), startedMillis);
      for (NodeId node : peers.nearestFirst(primaries, startedMillis)) {
        if (!peers.isAlive(node, startedMillis)) {
          others.add(node);
        } else if (latencies.expectedMillis(node, startedMillis) > slowMillis) {
          slow.add(node);
        } else {
          order.add(node);
        }
      }
      order.addAll(slow);
      for (Replica part : replicas) {
        if (part instanceof Replica.FallbackFor) {
          order.add(part.node());
        }
      }
      order.addAll(others);
      return order;
    }

    /** After how long an answer is late, in milliseconds. */
    private long patience() {
      double usual = 0;
      for (NodeId node : asked) {
        usual = Math.max(usual, latencies.expectedMillis(node, startedMillis));
      }
      long most = Math.max(LEAST_PATIENCE_MILLIS, (deadlineMillis - startedMillis) / PATIENCE_PART);
      return Math.clamp((long) (usual * LATE_FACTOR), LEAST_PATIENCE_MILLIS, most);
    }

    /** When it is to be looked at next. */
    private long nextMillis() {
      return Math.min(Math.min(hedgeMillis, standInMillis), deadlineMillis);
    }

    private void ask(int count) {
      long left = deadlineMillis - schedule.monotonicMillis();
      for (int i = 0; i < count && !unasked.isEmpty() && inFlight.containsKey(request); i++) {
        var node = unasked.remove();
        asked.add(node);
        if (node.equals(peers.self())) {
          replica.read(key, this);
        } else {
          boolean standIn = !primaries.contains(node);
          peers.send(node, new ReplicaGet(request, key, standIn, Math.max(1, left)));
        }
      }
    }

    /** Asks on while those who may answer are not quorums where they are asked for. */
    private void askUntilEnough() {
      if (tally.isAnywhere()) {
        return;
      }
      var possible = new ArrayList<>(asked);
      possible.removeAll(failed);
      while (!unasked.isEmpty() && inFlight.containsKey(request) && !tally.couldReach(possible)) {
        possible.add(unasked.peek());
        ask(1);
      }
    }

    /** Asks as many further live nodes as there are silent ones. */
    private void askInstead(int count) {
      int found = 0;
      long now = schedule.monotonicMillis();
      while (found < count) {
        var next =
            standIns.next(peers.self(), node -> !asked.contains(node) && peers.isAlive(node, now));
        if (next == null) {
          break;
        }
        unasked.add(next);
        found++;
      }
      ask(found);
    }

    private int silent() {
      return asked.size() - tally.answered().size() - failed.size();
    }

    @Override
    public void read(Held held) {
      if (held.era() == Eras.NEVER) {
        failed(peers.self());
        return;
      }
      tally.knows(held.record(), held.siblings());
      answered(peers.self(), held.siblings(), held.era());
    }

    @Override
    public void unreadable() {
      failed(peers.self());
    }

    private void answered(NodeId node, Siblings siblings, long era) {
      if (!inFlight.containsKey(request)) {
        return;
      }
      tally.record(node, siblings, era);
      if (tally.enough()) {
        inFlight.remove(request);
        finish();
      } else {
        failIfHopeless();
      }
    }

    private void failed(NodeId node) {
      if (failed.contains(node) || !inFlight.containsKey(request)) {
        return;
      }
      failed.add(node);
      if (unasked.isEmpty()) {
        askInstead(1);
      } else {
        ask(1);
        askUntilEnough();
      }
      failIfHopeless();
    }

    private void failIfHopeless() {
      var primariesLeft = new ArrayList<>(primaries);
      primariesLeft.removeAll(failed);
      boolean hopeless =
          (silent() == 0 && unasked.isEmpty()) || tally.lacksPrimaries(primariesLeft.size());
      if (hopeless && inFlight.remove(request) != null) {
        fail(
            new NotDone(
                Obstacle.TOO_FEW_REPLICAS,
                failed.size() + " of the key's replicas cannot answer, and nobody is left to ask"));
      }
    }

    private void finish() {
      var merged = tally.merged();
      var stale = tally.stale(merged);
      var answered = tally.answered();
      var receipt =
          new Receipt(
              primaries.size(),
              tally.primaries(),
              tally.fallbacks(),
              peers.racks(answered),
              peers.datacenters(answered),
              false,
              stale.size());
      listeners.forEach(listener -> listener.found(merged, receipt));
      if (!stale.isEmpty()) {
        repair.repair(peers, key, merged, tally.era(), stale);
      }
    }

    private void fail(Outcome outcome) {
      listeners.forEach(listener -> listener.failed(outcome));
    }

    /** Whether who waits until {@code end} may wait for this. */
    private boolean endsWith(long end) {
      return end >= deadlineMillis && end - deadlineMillis <= EARLIER_MILLIS;
    }

    private void askedUnanswered() {
      for (NodeId node : asked) {
        if (!node.equals(peers.self()) && !tally.answered().contains(node)) {
          peers.unanswered(node, startedMillis, schedule.monotonicMillis());
        }
      }
    }
  }
}
