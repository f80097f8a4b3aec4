package io.flywheel.core.node;

import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Forwarder;
import io.flywheel.core.coordinate.GetCoordinator;
import io.flywheel.core.coordinate.GetListener;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.coordinate.PutCoordinator;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Message.ForwardPut;
import io.flywheel.core.message.Message.ForwardReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Explained;
import io.flywheel.core.message.Outcome.Found;
import io.flywheel.core.message.Outcome.NotDone;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.message.Outcome.Refused;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.node.WaitingLine.Begun;
import io.flywheel.core.replica.PutOrder;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.ContextSeal;
import io.flywheel.core.version.HybridClock;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes what clients ask, checks it, and starts the put or get. Everything that can be wrong with a
 * request is found here, before any work is done for it. Whose key it is is looked up at the moment
 * of each step: the ring may have changed while the request waited for it.
 */
final class ClientDesk {
  private static final long SETTLING_MILLIS = 2_000;
  private static final long SETTLING_RETRY_MILLIS = 50;
  private static final long DEFAULT_TIMEOUT_MILLIS = 1_000;
  private static final long MAX_TIMEOUT_MILLIS = 60_000;

  private static final Outcome NOBODY_TO_ASK =
      new NotDone(Obstacle.TOO_FEW_REPLICAS, "none of the key's replicas is alive");

  private final Quorum defaults;
  private final Supplier<RecordSettings> inForce;
  private final Schedule schedule;
  private final ContextSeal seal;
  private final PutCoordinator puts;
  private final GetCoordinator gets;
  private final Forwarder forwarder;
  private final Census census;
  private final Upkeep upkeep;
  private final WaitingLine line;
  private final Supplier<@Nullable Peers> peers;
  private final long settledMillis;
  private long tombstonesWritten;
  private long siblingsFound;

  ClientDesk(
      Quorum defaults,
      Supplier<RecordSettings> inForce,
      Schedule schedule,
      ContextSeal seal,
      PutCoordinator puts,
      GetCoordinator gets,
      Forwarder forwarder,
      Census census,
      Upkeep upkeep,
      WaitingLine line,
      Supplier<@Nullable Peers> peers) {
    this.defaults = defaults;
    this.inForce = inForce;
    this.schedule = schedule;
    this.seal = seal;
    this.puts = puts;
    this.gets = gets;
    this.forwarder = forwarder;
    this.census = census;
    this.upkeep = upkeep;
    this.line = line;
    this.peers = peers;
    this.settledMillis = schedule.monotonicMillis() + SETTLING_MILLIS;
  }

  long tombstonesWritten() {
    return tombstonesWritten;
  }

  long siblingsFound() {
    return siblingsFound;
  }

  /** Only once there is a cluster. */
  void serve(ClientRequest request, Consumer<Outcome> answer) {
    var namespace = inForce.get().namespace(request.key().namespace());
    if (namespace == null) {
      answer.accept(
          new Refused(
              Refusal.UNKNOWN_NAMESPACE,
              "there is no namespace "
                  + request.key().namespace()
                  + " that this node knows of; 'flywheel namespace create' makes one"));
      return;
    }
    if (!HybridClock.isPlausible(schedule.wallMillis())) {
      // It would let values expire that live, and show those that do not.
      answer.accept(new NotDone(Obstacle.NOT_SERVING, "this machine's clock is not set"));
      return;
    }
    long timeout =
        request.timeoutMillis() <= 0
            ? DEFAULT_TIMEOUT_MILLIS
            : Math.min(request.timeoutMillis(), MAX_TIMEOUT_MILLIS);
    long deadline = schedule.monotonicMillis() + timeout;
    line.add(
        timeout, request.valueBytes(), told -> attempt(request, namespace, deadline, told), answer);
  }

  /**
   * A node that has just started has not heard of anybody yet. What it cannot do for want of
   * replicas, and has therefore not begun, it tries again until it has had the time to.
   */
  private void attempt(
      ClientRequest request, NamespaceSettings namespace, long deadline, Begun answer) {
    Consumer<Outcome> unlessTooEarly =
        outcome -> {
          long next = schedule.monotonicMillis() + SETTLING_RETRY_MILLIS;
          boolean lacksReplicas =
              outcome instanceof NotDone notDone && notDone.obstacle() == Obstacle.TOO_FEW_REPLICAS;
          if (lacksReplicas && next < settledMillis && next < deadline) {
            schedule.at(next, _ -> attempt(request, namespace, deadline, answer), 0);
          } else {
            answer.accept(outcome);
          }
        };
    switch (request) {
      case ClientRequest.Put put -> put(put, namespace, deadline, answer::handedOn, unlessTooEarly);
      case ClientRequest.Get get -> get(get, namespace, deadline, unlessTooEarly);
      case ClientRequest.Explain explain -> explain(explain.key(), deadline, answer);
      case ClientRequest.Repair repair -> upkeep.repair(present(), repair.key(), deadline, answer);
    }
  }

  private void explain(Key key, long deadline, Consumer<Outcome> answer) {
    var present = present();
    census.take(
        present,
        key,
        nodesOf(present, key),
        deadline,
        holdings -> answer.accept(new Explained(holdings, upkeep.provenMillisAgo(present(), key))));
  }

  private Peers present() {
    var present = peers.get();
    if (present == null) {
      throw new IllegalStateException("nobody asks before there is a cluster, and it stays");
    }
    return present;
  }

  /** A put that another node, no replica of the key, brings here. */
  void forwarded(NodeId from, ForwardPut put) {
    Consumer<Outcome> answer =
        outcome -> present().send(from, new ForwardReply(put.request(), outcome));
    if (inForce.get().namespace(put.key().namespace()) == null) {
      answer.accept(new NotDone(Obstacle.NOT_SERVING, "this node does not know the namespace"));
      return;
    }
    if (put.write().value().length() > inForce.get().limits().valueBytes()) {
      answer.accept(tooLarge(put.write()));
      return;
    }
    if (put.w() < 1) {
      answer.accept(badQuorum("W and PW"));
      return;
    }
    var order =
        new PutOrder(
            put.key(),
            put.write(),
            put.context(),
            put.expiryMillis(),
            put.era(),
            put.w(),
            put.pw(),
            put.reach(),
            put.id(),
            schedule.monotonicMillis() + Math.min(put.timeoutMillis(), MAX_TIMEOUT_MILLIS));
    line.add(
        put.timeoutMillis(),
        put.write().value().length(),
        told -> puts.put(present(), order, told, told),
        answer);
  }

  private void put(
      ClientRequest.Put put,
      NamespaceSettings namespace,
      long deadline,
      Runnable handedOn,
      Consumer<Outcome> answer) {
    if (!areCounts(put.w(), put.pw())) {
      answer.accept(badQuorum("W and PW"));
      return;
    }
    boolean isUnsaid = put.w() == 0 && put.reach().equals(Reach.ANYWHERE);
    if (put.ttlMillis() < 0 || put.ttlMillis() > NamespaceSettings.LONGEST_TTL_MILLIS) {
      answer.accept(new Refused(Refusal.BAD_TTL, "a TTL is above 0 and at most a century"));
      return;
    }
    if (put.write().value().length() > inForce.get().limits().valueBytes()) {
      answer.accept(tooLarge(put.write()));
      return;
    }
    if (Bytes.utf8(put.write().contentType()).length() > Sibling.MAX_CONTENT_TYPE_BYTES) {
      answer.accept(
          new Refused(
              Refusal.BAD_CONTENT_TYPE,
              "a content type has at most " + Sibling.MAX_CONTENT_TYPE_BYTES + " bytes"));
      return;
    }
    var token = put.context();
    boolean readsFirst = token == null && put.write().tombstone() && !namespace.lastWriteWins();
    if (token == null && !put.write().tombstone() && namespace.refusesBlindWrites()) {
      answer.accept(
          new Refused(Refusal.BLIND_WRITE, "this namespace takes no write without a context"));
      return;
    }
    Context read;
    try {
      read = token == null ? Context.EMPTY : seal.open(put.key(), token);
    } catch (MalformedException e) {
      answer.accept(new Refused(Refusal.BAD_CONTEXT, String.valueOf(e.getMessage())));
      return;
    }
    var order =
        new PutOrder(
            put.key(),
            put.write(),
            read,
            expiry(put, namespace),
            PutOrder.NOW,
            isUnsaid ? defaults.writes().number() : put.w(),
            put.pw(),
            (isUnsaid ? defaults.writes().reach() : put.reach()).from(here()),
            put.id(),
            deadline);
    Consumer<Outcome> counted = put.write().tombstone() ? counting(answer) : answer;
    if (readsFirst) {
      readThenPut(order, namespace, handedOn, counted);
    } else {
      coordinate(order, handedOn, counted);
    }
  }

  private Consumer<Outcome> counting(Consumer<Outcome> answer) {
    return outcome -> {
      if (outcome instanceof Outcome.Written) {
        tombstonesWritten++;
      }
      answer.accept(outcome);
    };
  }

  /** What the write need not reach is not asked first either. */
  private void readThenPut(
      PutOrder order, NamespaceSettings namespace, Runnable handedOn, Consumer<Outcome> answer) {
    boolean isNear = order.reach().isByDatacenter();
    gets.get(
        present(),
        order.key(),
        namespace.conflicts(),
        isNear ? 1 : defaults.reads().number(),
        0,
        isNear ? order.reach() : defaults.reads().reach().from(here()),
        order.deadlineMillis(),
        new GetListener() {
          @Override
          public void found(Siblings merged, Receipt receipt) {
            coordinate(order.withRead(merged.context()), handedOn, answer);
          }

          @Override
          public void failed(Outcome outcome) {
            answer.accept(
                outcome instanceof NotDone
                    ? outcome
                    : new NotDone(Obstacle.DEADLINE, "the read before the delete took too long"));
          }
        });
  }

  private void coordinate(PutOrder order, Runnable handedOn, Consumer<Outcome> answer) {
    var present = present();
    if (takesPart(present, order.key())) {
      puts.put(
          present,
          order,
          answer,
          inability -> {
            handedOn.run();
            forwarder.forward(present(), order, inability, answer);
          });
    } else {
      handedOn.run();
      forwarder.forward(present, order, NOBODY_TO_ASK, answer);
    }
  }

  /**
   * Whether this node is to coordinate: one that is read, as it has what the put builds on; or,
   * where none of these lives, another owner or one of those that stand in for them now.
   */
  private boolean takesPart(Peers present, Key key) {
    if (present.isReader(key)) {
      return true;
    }
    boolean standsIn = present.isOwn(key);
    for (Replica part : present.replicas(key, schedule.monotonicMillis())) {
      if (part instanceof Replica.Primary) {
        return false; // a primary that lives is to coordinate
      }
      standsIn |= part.node().equals(present.self());
    }
    return standsIn;
  }

  /** A key's owners, and those that would stand in first if they all were gone. */
  private static List<NodeId> nodesOf(Peers present, Key key) {
    var nodes = new ArrayList<>(present.writers(key));
    var fallbacks = present.fallbacks(key);
    for (int i = present.writers(key).size(); i > 0 && fallbacks.hasNext(); i--) {
      nodes.add(fallbacks.next());
    }
    return nodes;
  }

  private void get(
      ClientRequest.Get get, NamespaceSettings namespace, long deadline, Consumer<Outcome> answer) {
    if (!areCounts(get.r(), get.pr())) {
      answer.accept(badQuorum("R and PR"));
      return;
    }
    boolean isUnsaid = get.r() == 0 && get.reach().equals(Reach.ANYWHERE);
    gets.get(
        present(),
        get.key(),
        namespace.conflicts(),
        isUnsaid ? defaults.reads().number() : get.r(),
        get.pr(),
        (isUnsaid ? defaults.reads().reach() : get.reach()).from(here()),
        deadline,
        new GetListener() {
          @Override
          public void found(Siblings merged, Receipt receipt) {
            var visible = merged.visibleAt(schedule.wallMillis());
            if (visible.size() > 1) {
              siblingsFound++;
            }
            answer.accept(new Found(visible, merged.context(), receipt));
          }

          @Override
          public void failed(Outcome outcome) {
            answer.accept(outcome);
          }
        });
  }

  /** The answer to a client, with the context as he carries it where there is one to show. */
  Effect.Respond response(long token, Key key, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Written written -> sealed(token, key, outcome, written.context());
      case Found found when showsContext(key, found) ->
          sealed(token, key, outcome, found.context());
      case Found _, Explained _, Outcome.Repaired _, Refused _, NotDone _, Outcome.Unknown _ ->
          new Effect.Respond(token, key, outcome);
    };
  }

  private Effect.Respond sealed(long token, Key key, Outcome outcome, Context context) {
    return new Effect.Respond(token, key, outcome, () -> seal.seal(key, context));
  }

  /** A key that was never written has no context, except where writing it takes one. */
  private boolean showsContext(Key key, Found found) {
    var namespace = inForce.get().namespace(key.namespace());
    return !found.context().isEmpty() || (namespace != null && namespace.refusesBlindWrites());
  }

  private long expiry(ClientRequest.Put put, NamespaceSettings namespace) {
    long ttl = put.ttlMillis() > 0 ? put.ttlMillis() : namespace.ttlMillis();
    return ttl == 0 || put.write().tombstone() ? 0 : schedule.wallMillis() + ttl;
  }

  private String here() {
    return present().datacenter(present().self());
  }

  /** Whether there are as many copies as a client asks for; 0 where it does not say. */
  private boolean areCounts(int answers, int primaries) {
    int n = present().ring().n();
    return answers >= 0 && answers <= n && primaries >= 0 && primaries <= n;
  }

  private Outcome badQuorum(String names) {
    return new Refused(
        Refusal.BAD_QUORUM, names + " must be between 1 and " + present().ring().n());
  }

  private Outcome tooLarge(Write write) {
    return new Refused(
        Refusal.VALUE_TOO_LARGE,
        "the value has "
            + write.value().length()
            + " bytes, at most "
            + inForce.get().limits().valueBytes()
            + " are taken");
  }
}
