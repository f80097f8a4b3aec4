package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Unknown;
import io.flywheel.core.message.Outcome.Written;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.replica.PutOrder;
import io.flywheel.core.ring.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a put to a replica of its key: a node that is none must not mint (Dynamo 6.4). A replica
 * that is silent is given up for the next one; the request id, drawn here where the client gave
 * none, keeps the write from becoming two. One that has lately taken much longer than others, as a
 * node does that has just been started, is asked after them.
 *
 * <p>'Not done' and 'refused' mean that nothing was minted, so they are answered only when no
 * replica that was asked is still silent.
 */
public final class Forwarder {
  /** Nobody is given up sooner. */
  private static final long LEAST_PATIENCE_MILLIS = 50;

  /**
   * Nobody in another data centre is given up sooner. That is the longest way there and back: by
   * then the next replica has heard of the write, too, and recognises it.
   */
  private static final long FAR_PATIENCE_MILLIS = 250;

  /** At most this part of the time that is left is spent on one node. */
  private static final int PATIENCE_PART = 4;

  /** So many times what a node usually takes is late. */
  private static final double LATE_FACTOR = 4;

  private final Latencies latencies = new Latencies();
  private final Schedule schedule;
  private final Eras eras;
  private final SplittableRandom random;
  private final Map<Long, Forward> inFlight = new HashMap<>();
  private long lastRequest;

  /**
   * One for each life of a node.
   *
   * @param firstRequest where request numbers begin: elsewhere in every life, so that an answer to
   *     an earlier one is not taken for an answer now
   */
  public Forwarder(Schedule schedule, Eras eras, SplittableRandom random, long firstRequest) {
    this.schedule = schedule;
    this.eras = eras;
    this.random = random;
    this.lastRequest = firstRequest;
  }

  /** {@code whenAlone} is the answer where nobody else can be asked. */
  public void forward(Peers peers, PutOrder order, Outcome whenAlone, Consumer<Outcome> answer) {
    var id = order.id();
    var named =
        id != null ? order : order.withId(new RequestId(random.nextLong(), random.nextLong()));
    var candidates = new ArrayList<NodeId>();
    long now = schedule.monotonicMillis();
    var standIns = new ArrayList<NodeId>();
    for (Replica part : peers.replicas(order.key(), now)) {
      if (!part.node().equals(peers.self())) {
        (part instanceof Replica.Primary ? candidates : standIns).add(part.node());
      }
    }
    double slowMillis = latencies.slowMillis(candidates, peers.self(), now);
    candidates.sort(
        Comparator.comparing((NodeId node) -> !peers.isWell(node))
            .thenComparing(node -> !peers.isNear(node))
            .thenComparing(node -> latencies.expectedMillis(node, now) > slowMillis));
    candidates.addAll(standIns);
    if (candidates.isEmpty()) {
      answer.accept(whenAlone);
      return;
    }
    var forward = new Forward(++lastRequest, peers, named, candidates, answer);
    inFlight.put(forward.request, forward);
    schedule.at(order.deadlineMillis(), this::expire, forward.request);
    forward.tryNext();
  }

  public void replied(NodeId from, ForwardReply reply) {
    var forward = inFlight.get(reply.request());
    if (forward != null) {
      forward.replied(from, reply.outcome());
    }
  }

  /** No connection to this node is left: what it was to coordinate goes to another at once. */
  public void unreachable(NodeId node) {
    for (Forward forward : new TreeMap<>(inFlight).values()) {
      if (forward.silent.containsKey(node)) {
        forward.tryNext();
      }
    }
  }

  /**
   * Other nodes read a key from now on: puts that wait for an answer have these to turn to as well.
   * Whoever was asked before coordinates by its own ring, so nothing has to be taken back.
   */
  public void ringChanged(Peers present) {
    inFlight.values().forEach(forward -> forward.follow(present));
  }

  private void tryNext(long request) {
    var forward = inFlight.get(request);
    if (forward != null) {
      forward.noteSilence();
      forward.tryNext();
    }
  }

  private void expire(long request) {
    var forward = inFlight.get(request);
    if (forward != null) {
      forward.answer(new Unknown("no replica of the key answered in time"));
    }
  }

  /** One put on its way to a replica. */
  private final class Forward {
    private final long request;
    private final PutOrder order;
    private final ArrayDeque<NodeId> candidates;

    /** Who has not answered, and since when it was asked. */
    private final Map<NodeId, Long> silent = new TreeMap<>();

    private final TreeSet<NodeId> asked = new TreeSet<>();
    private final Consumer<Outcome> answer;
    private final long era = eras.current();
    private Peers peers;
    private @Nullable Outcome uncertain;

    private Forward(
        long request,
        Peers peers,
        PutOrder order,
        List<NodeId> candidates,
        Consumer<Outcome> answer) {
      this.request = request;
      this.peers = peers;
      this.order = order;
      this.candidates = new ArrayDeque<>(candidates);
      this.answer = answer;
    }

    private void follow(Peers present) {
      peers = present;
      for (NodeId reader : present.readers(order.key())) {
        boolean known = asked.contains(reader) || candidates.contains(reader);
        if (!known && !reader.equals(present.self())) {
          candidates.add(reader);
        }
      }
    }

    private void tryNext() {
      long now = schedule.monotonicMillis();
      long left = order.deadlineMillis() - now;
      var next = candidates.poll();
      if (next == null || left <= 0) {
        return;
      }
      silent.put(next, now);
      asked.add(next);
      peers.send(
          next,
          new ForwardPut(
              request,
              order.key(),
              era,
              order.write(),
              order.read(),
              order.expiryMillis(),
              order.w(),
              order.pw(),
              order.reach(),
              order.id(),
              left));
      schedule.at(now + patience(next, now, left), Forwarder.this::tryNext, request);
    }

    private long patience(NodeId node, long now, long left) {
      long most = Math.max(1, left / PATIENCE_PART);
      long usual = (long) (latencies.expectedMillis(node, now) * LATE_FACTOR);
      long least = peers.isNear(node) ? LEAST_PATIENCE_MILLIS : FAR_PATIENCE_MILLIS;
      return Math.min(most, Math.max(least, usual));
    }

    private void noteSilence() {
      long now = schedule.monotonicMillis();
      silent.forEach((node, since) -> latencies.silent(node, now - since, now));
    }

    private void replied(NodeId from, Outcome outcome) {
      var since = silent.remove(from);
      if (since != null) {
        long now = schedule.monotonicMillis();
        latencies.answered(from, now - since, now);
      }
      switch (outcome) {
        case Written _ -> answer(outcome);
        case Unknown _ -> uncertain = outcome;
        default -> {}
      }
      boolean mayTryAnother = outcome instanceof NotDone || outcome instanceof Unknown;
      if (mayTryAnother && !candidates.isEmpty()) {
        tryNext();
      } else if (silent.isEmpty()) {
        answer(uncertain != null ? uncertain : outcome);
      }
    }

    private void answer(Outcome outcome) {
      if (inFlight.remove(request) != null) {
        answer.accept(outcome);
      }
    }
  }
}
