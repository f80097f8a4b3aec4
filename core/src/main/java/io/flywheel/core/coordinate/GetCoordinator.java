package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings.Conflicts;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A get (Dynamo 4.5): ask as many replicas as are needed, the nearest live ones, and the rest when
 * one fails or is late; merge, answer, and repair those that were stale afterwards. Any node may
 * coordinate one.
 */
public final class GetCoordinator {
  /** Part of the time after which the replicas not yet asked are asked too. */
  private static final int PATIENCE_PART = 4;

  private static final long LEAST_PATIENCE_MILLIS = 20;

  private final LocalReplica replica;
  private final Schedule schedule;
  private final ReadRepair repair;
  private final boolean durable;
  private final Map<Long, Get> inFlight = new HashMap<>();
  private long lastRequest;

  /**
   * One for each life of a node.
   *
   * @param firstRequest where request numbers begin: elsewhere in every life, so that an answer to
   *     an earlier one is not taken for an answer now
   */
  public GetCoordinator(
      LocalReplica replica,
      Schedule schedule,
      ReadRepair repair,
      boolean durable,
      long firstRequest) {
    this.replica = replica;
    this.schedule = schedule;
    this.repair = repair;
    this.durable = durable;
    this.lastRequest = firstRequest;
  }

  /**
   * Reads from {@code needed} replicas.
   *
   * @param deadlineMillis by the monotonic clock
   */
  public void get(
      Peers peers,
      Key key,
      Conflicts conflicts,
      int needed,
      long deadlineMillis,
      GetListener listener) {
    long now = schedule.monotonicMillis();
    var primaries = peers.primaries(key);
    int alive = peers.countAlive(primaries, now);
    if (alive < needed) {
      listener.failed(
          new NotDone(
              Obstacle.TOO_FEW_REPLICAS,
              alive + " of the key's replicas are alive, " + needed + " are needed"));
      return;
    }
    if (replica.isOverloaded(key)) {
      listener.failed(new NotDone(Obstacle.OVERLOADED, "too much is waiting for the disk"));
      return;
    }
    var get = new Get(++lastRequest, peers, key, conflicts, needed, deadlineMillis, listener);
    inFlight.put(get.request, get);
    long patience = Math.max(LEAST_PATIENCE_MILLIS, (deadlineMillis - now) / PATIENCE_PART);
    schedule.at(now + patience, this::askTheRest, get.request);
    schedule.at(deadlineMillis, this::expire, get.request);
    get.ask(needed);
  }

  public void replied(NodeId from, ReplicaGetReply reply) {
    var get = inFlight.get(reply.request());
    if (get == null) {
      return;
    }
    try {
      switch (reply.status()) {
        case FOUND -> get.answered(from, SiblingsCodec.decode(get.key, reply.record()));
        case ABSENT -> get.answered(from, Siblings.NONE);
        case UNREADABLE, OVERLOADED, NOT_A_REPLICA -> get.failed(from);
      }
    } catch (MalformedException e) {
      get.failed(from);
    }
  }

  private void askTheRest(long request) {
    var get = inFlight.get(request);
    if (get != null) {
      get.askedUnanswered();
      get.ask(Integer.MAX_VALUE);
    }
  }

  private void expire(long request) {
    var get = inFlight.remove(request);
    if (get != null) {
      get.askedUnanswered();
      get.listener.failed(
          new Unknown(
              get.tally.answered().size() + " of " + get.needed + " replicas answered in time"));
    }
  }

  /** One get on its way. */
  private final class Get implements Reader {
    private final long request;
    private final Peers peers;
    private final Key key;
    private final int needed;
    private final long deadlineMillis;
    private final long startedMillis;
    private final GetListener listener;
    private final GetTally tally;
    private final ArrayDeque<NodeId> unasked;
    private final List<NodeId> asked = new ArrayList<>(3);
    private final int n;
    private final List<NodeId> failed = new ArrayList<>(0);

    private Get(
        long request,
        Peers peers,
        Key key,
        Conflicts conflicts,
        int needed,
        long deadlineMillis,
        GetListener listener) {
      this.request = request;
      this.peers = peers;
      this.key = key;
      this.needed = needed;
      this.deadlineMillis = deadlineMillis;
      this.startedMillis = schedule.monotonicMillis();
      this.listener = listener;
      this.tally = new GetTally(needed, conflicts);
      var primaries = peers.primaries(key);
      this.n = primaries.size();
      this.unasked = new ArrayDeque<>(peers.nearestFirst(primaries, startedMillis));
    }

    private void ask(int count) {
      long left = deadlineMillis - schedule.monotonicMillis();
      for (int i = 0; i < count && !unasked.isEmpty() && inFlight.containsKey(request); i++) {
        var node = unasked.remove();
        asked.add(node);
        if (node.equals(peers.self())) {
          replica.read(key, this);
        } else {
          peers.send(node, new ReplicaGet(request, key, Math.max(1, left)));
        }
      }
    }

    @Override
    public void read(Siblings onDisk) {
      answered(peers.self(), onDisk);
    }

    @Override
    public void unreadable() {
      failed(peers.self());
    }

    private void answered(NodeId node, Siblings siblings) {
      if (!inFlight.containsKey(request)) {
        return;
      }
      tally.record(node, siblings);
      if (tally.enough()) {
        inFlight.remove(request);
        finish();
      }
    }

    private void failed(NodeId node) {
      if (failed.contains(node) || !inFlight.containsKey(request)) {
        return;
      }
      failed.add(node);
      if (n - failed.size() < needed) {
        inFlight.remove(request);
        listener.failed(
            new NotDone(
                Obstacle.TOO_FEW_REPLICAS,
                failed.size() + " of the key's replicas cannot answer, " + needed + " must"));
        return;
      }
      ask(1);
    }

    private void finish() {
      var merged = tally.merged();
      var stale = tally.stale(merged);
      var answered = tally.answered();
      var receipt =
          new Receipt(n, answered.size(), 0, peers.racks(answered), durable, stale.size());
      listener.found(merged, receipt);
      if (!stale.isEmpty()) {
        repair.repair(peers, key, merged, stale);
      }
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
