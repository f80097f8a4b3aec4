package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.PutStatus;
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
import io.flywheel.core.version.Context;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A put at one of the key's replicas (Dynamo 4.5): mint the dot here, store the record and send it
 * to all other replicas at the same time, and answer when W of them have it on disk.
 *
 * <p>Before the dot is minted every obstacle is an honest 'not done'. From then on the write
 * exists: it is answered 'written', or 'unknown'.
 */
public final class PutCoordinator {
  /** Part of the time after which a silent replica is sent the record once more. */
  private static final int RESEND_PART = 3;

  private static final long LEAST_RESEND_MILLIS = 20;
  private static final long MAX_RESEND_MILLIS = 500;

  /** Above this answered puts are not kept to be sent once more. */
  private static final long MANY_KEPT_BYTES = 32L << 20;

  /** Above this no further put is begun. */
  private static final long MAX_KEPT_BYTES = 128L << 20;

  private final LocalReplica replica;
  private final Schedule schedule;
  private final boolean durable;
  private final Map<Long, Put> inFlight = new HashMap<>();
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
   * Coordinates a put of a key that this node replicates.
   *
   * @param whenUnreadable called instead of {@code answer} when this replica's own record cannot be
   *     read; nothing was minted, and another replica may coordinate
   */
  public void put(Peers peers, PutOrder order, Consumer<Outcome> answer, Runnable whenUnreadable) {
    long now = schedule.monotonicMillis();
    var primaries = peers.primaries(order.key());
    int alive = peers.countAlive(primaries, now);
    int needed = Math.max(order.w(), order.pw());
    if (alive < needed) {
      answer.accept(
          new NotDone(
              Obstacle.TOO_FEW_REPLICAS,
              alive + " of the key's replicas are alive, " + needed + " are needed"));
      return;
    }
    if (replica.isOverloaded(order.key()) || keptBytes > MAX_KEPT_BYTES) {
      answer.accept(new NotDone(Obstacle.OVERLOADED, "too much is waiting for disks"));
      return;
    }
    var put = new Put(++lastRequest, peers, order, answer, whenUnreadable);
    inFlight.put(put.request, put);
    schedule.at(order.deadlineMillis(), this::expire, put.request);
    replica.mint(order, put);
  }

  public void replied(NodeId from, ReplicaPutReply reply) {
    var put = inFlight.get(reply.request());
    if (put != null) {
      put.tally.record(from, reply.status());
      put.decide();
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
    private final Peers peers;
    private final PutOrder order;
    private final PutTally tally;
    private final Runnable whenUnreadable;
    private @Nullable Consumer<Outcome> answer;
    private @Nullable ReplicaPut message;
    private Context context = Context.EMPTY;
    private boolean heldBack;
    private long sentMillis;

    private Put(
        long request,
        Peers peers,
        PutOrder order,
        Consumer<Outcome> answer,
        Runnable whenUnreadable) {
      this.request = request;
      this.peers = peers;
      this.order = order;
      this.answer = answer;
      this.whenUnreadable = whenUnreadable;
      this.tally = new PutTally(peers.primaries(order.key()), order.w(), order.pw());
    }

    @Override
    public void minted(Bytes record, Context covered, boolean tellOnlyWhenDurable) {
      context = covered;
      message = new ReplicaPut(request, order.key(), 0, record);
      sentMillis = schedule.monotonicMillis();
      keptBytes += record.length();
      heldBack = tellOnlyWhenDurable;
      if (!heldBack) {
        sendToMissing(message);
      }
      long patience = (order.deadlineMillis() - sentMillis) / RESEND_PART;
      schedule.at(
          sentMillis + Math.clamp(patience, LEAST_RESEND_MILLIS, MAX_RESEND_MILLIS),
          PutCoordinator.this::resend,
          request);
    }

    @Override
    public void durable() {
      tally.record(peers.self(), durable ? PutStatus.STORED : PutStatus.STORED_NOT_SYNCED);
      if (heldBack && message != null) {
        heldBack = false;
        sendToMissing(message);
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
        whenUnreadable.run();
      }
    }

    private void sendToMissing(ReplicaPut put) {
      for (NodeId node : tally.missing()) {
        if (!node.equals(peers.self())) {
          peers.send(node, put);
        }
      }
    }

    private void accuseMissing() {
      long now = schedule.monotonicMillis();
      tally.missing().forEach(node -> peers.unanswered(node, sentMillis, now));
    }

    private void resend() {
      if (message != null && !heldBack) {
        sendToMissing(message);
        accuseMissing();
      }
      if (answer == null) {
        forget();
      }
    }

    /** Late acknowledgements of an answered put change nothing. */
    private void forget() {
      if (inFlight.remove(request) != null && message != null) {
        keptBytes -= message.record().length();
      }
    }

    private void decide() {
      if (tally.enough()) {
        var stored = tally.stored();
        int racks = peers.racks(stored);
        int n = peers.primaries(order.key()).size();
        var receipt = new Receipt(n, stored.size(), 0, racks, tally.durable(), 0);
        answer(new Written(context, receipt));
      } else if (tally.hopeless()) {
        answer(new Unknown("some replicas could not store it; it may still be there"));
      }
      if (tally.complete() || (answer == null && !worthKeeping())) {
        forget();
      }
    }

    /** Whether a live replica may still need the record once more, and memory allows it. */
    private boolean worthKeeping() {
      if (keptBytes > MANY_KEPT_BYTES) {
        return false;
      }
      return peers.countAlive(tally.missing(), schedule.monotonicMillis()) > 0;
    }

    private void expire() {
      if (message == null) {
        answer(new NotDone(Obstacle.DEADLINE, "the deadline passed before it was begun"));
        return;
      }
      accuseMissing();
      answer(
          new Unknown(
              tally.stored().size()
                  + " of "
                  + Math.max(order.w(), order.pw())
                  + " replicas confirmed in time"));
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
