package io.flywheel.core.node;

import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Forwarder;
import io.flywheel.core.coordinate.GetCoordinator;
import io.flywheel.core.coordinate.GetListener;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.coordinate.PutCoordinator;
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
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
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

/**
 * Takes what clients ask, checks it, and starts the put or get. Everything that can be wrong with a
 * request is found here, before any work is done for it.
 */
final class ClientDesk {
  private static final long SETTLING_MILLIS = 2_000;
  private static final long SETTLING_RETRY_MILLIS = 50;
  private static final long DEFAULT_TIMEOUT_MILLIS = 1_000;
  private static final long MAX_TIMEOUT_MILLIS = 60_000;

  /** A century: more is a mistake, and would overflow somewhere one day. */
  private static final long MAX_TTL_MILLIS = 36_525L * 24 * 60 * 60 * 1000;

  private static final Outcome NOBODY_TO_ASK =
      new NotDone(Obstacle.TOO_FEW_REPLICAS, "none of the key's replicas is alive");

  private final ClusterSettings settings;
  private final Schedule schedule;
  private final ContextSeal seal;
  private final PutCoordinator puts;
  private final GetCoordinator gets;
  private final Forwarder forwarder;
  private final Census census;
  private final Upkeep upkeep;
  private final WaitingLine line;
  private final long settledMillis;
  private long tombstonesWritten;
  private long siblingsFound;

  ClientDesk(
      ClusterSettings settings,
      Schedule schedule,
      ContextSeal seal,
      PutCoordinator puts,
      GetCoordinator gets,
      Forwarder forwarder,
      Census census,
      Upkeep upkeep,
      WaitingLine line) {
    this.settings = settings;
    this.schedule = schedule;
    this.seal = seal;
    this.puts = puts;
    this.gets = gets;
    this.forwarder = forwarder;
    this.census = census;
    this.upkeep = upkeep;
    this.line = line;
    this.settledMillis = schedule.monotonicMillis() + SETTLING_MILLIS;
  }

  long tombstonesWritten() {
    return tombstonesWritten;
  }

  long siblingsFound() {
    return siblingsFound;
  }

  void serve(Peers peers, ClientRequest request, Consumer<Outcome> answer) {
    var namespace = settings.namespace(request.key().namespace());
    if (namespace == null) {
      answer.accept(
          new Refused(
              Refusal.UNKNOWN_NAMESPACE, "there is no namespace " + request.key().namespace()));
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
    line.add(timeout, () -> attempt(peers, request, namespace, deadline, answer), answer);
  }

  /**
   * A node that has just started has not heard of anybody yet. What it cannot do for want of
   * replicas, and has therefore not begun, it tries again until it has had the time to.
   */
  private void attempt(
      Peers peers,
      ClientRequest request,
      NamespaceSettings namespace,
      long deadline,
      Consumer<Outcome> answer) {
    Consumer<Outcome> unlessTooEarly =
        outcome -> {
          long next = schedule.monotonicMillis() + SETTLING_RETRY_MILLIS;
          boolean lacksReplicas =
              outcome instanceof NotDone notDone && notDone.obstacle() == Obstacle.TOO_FEW_REPLICAS;
          if (lacksReplicas && next < settledMillis && next < deadline) {
            schedule.at(next, _ -> attempt(peers, request, namespace, deadline, answer), 0);
          } else {
            answer.accept(outcome);
          }
        };
    switch (request) {
      case ClientRequest.Put put -> put(peers, put, namespace, deadline, unlessTooEarly);
      case ClientRequest.Get get -> get(peers, get, namespace, deadline, unlessTooEarly);
      case ClientRequest.Explain explain ->
          census.take(
              peers,
              explain.key(),
              nodesOf(peers, explain.key()),
              deadline,
              holdings ->
                  answer.accept(
                      new Explained(holdings, upkeep.provenMillisAgo(peers, explain.key()))));
      case ClientRequest.Repair repair -> upkeep.repair(peers, repair.key(), deadline, answer);
    }
  }

  /** A put that another node, no replica of the key, brings here. */
  void forwarded(Peers peers, NodeId from, ForwardPut put) {
    Consumer<Outcome> answer =
        outcome -> peers.send(from, new ForwardReply(put.request(), outcome));
    if (settings.namespace(put.key().namespace()) == null) {
      answer.accept(new NotDone(Obstacle.NOT_SERVING, "this node does not know the namespace"));
      return;
    }
    if (put.write().value().length() > settings.limits().valueBytes()) {
      answer.accept(tooLarge(put.write()));
      return;
    }
    if (!isCount(put.w()) || put.pw() > settings.quorum().n()) {
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
            put.id(),
            schedule.monotonicMillis() + Math.min(put.timeoutMillis(), MAX_TIMEOUT_MILLIS));
    line.add(put.timeoutMillis(), () -> puts.put(peers, order, answer, answer), answer);
  }

  private void put(
      Peers peers,
      ClientRequest.Put put,
      NamespaceSettings namespace,
      long deadline,
      Consumer<Outcome> answer) {
    var defaults = settings.quorum();
    int w = put.w() == 0 ? defaults.w() : put.w();
    int pw = put.pw() == 0 ? defaults.pw() : put.pw();
    if (!isCount(w) || pw < 0 || pw > defaults.n()) {
      answer.accept(badQuorum("W and PW"));
      return;
    }
    if (put.ttlMillis() < 0 || put.ttlMillis() > MAX_TTL_MILLIS) {
      answer.accept(new Refused(Refusal.BAD_TTL, "a TTL is above 0 and at most a century"));
      return;
    }
    if (put.write().value().length() > settings.limits().valueBytes()) {
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
            w,
            pw,
            put.id(),
            deadline);
    Consumer<Outcome> counted = put.write().tombstone() ? counting(answer) : answer;
    if (readsFirst) {
      readThenPut(peers, order, namespace, counted);
    } else {
      coordinate(peers, order, counted);
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

  private void readThenPut(
      Peers peers, PutOrder order, NamespaceSettings namespace, Consumer<Outcome> answer) {
    gets.get(
        peers,
        order.key(),
        namespace.conflicts(),
        settings.quorum().r(),
        settings.quorum().pr(),
        order.deadlineMillis(),
        new GetListener() {
          @Override
          public void found(Siblings merged, Receipt receipt) {
            coordinate(peers, order.withRead(merged.context()), answer);
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

  private void coordinate(Peers peers, PutOrder order, Consumer<Outcome> answer) {
    if (takesPart(peers, order.key())) {
      puts.put(
          peers, order, answer, inability -> forwarder.forward(peers, order, inability, answer));
    } else {
      forwarder.forward(peers, order, NOBODY_TO_ASK, answer);
    }
  }

  /** Whether this node is a primary of the key, or one of those that stand in for them now. */
  private boolean takesPart(Peers peers, Key key) {
    if (peers.isReplica(key)) {
      return true;
    }
    boolean standsIn = false;
    for (Replica part : peers.replicas(key, schedule.monotonicMillis())) {
      if (part instanceof Replica.Primary) {
        return false; // a primary that lives is to coordinate
      }
      standsIn |= part.node().equals(peers.self());
    }
    return standsIn;
  }

  /** A key's primaries, and those that would stand in first if they all were gone. */
  private static List<NodeId> nodesOf(Peers peers, Key key) {
    var nodes = new ArrayList<>(peers.primaries(key));
    var fallbacks = peers.fallbacks(key);
    for (int i = peers.primaries(key).size(); i > 0 && fallbacks.hasNext(); i--) {
      nodes.add(fallbacks.next());
    }
    return nodes;
  }

  private void get(
      Peers peers,
      ClientRequest.Get get,
      NamespaceSettings namespace,
      long deadline,
      Consumer<Outcome> answer) {
    int r = get.r() == 0 ? settings.quorum().r() : get.r();
    int pr = get.pr() == 0 ? settings.quorum().pr() : get.pr();
    if (!isCount(r) || pr < 0 || pr > settings.quorum().n()) {
      answer.accept(badQuorum("R and PR"));
      return;
    }
    gets.get(
        peers,
        get.key(),
        namespace.conflicts(),
        r,
        pr,
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

  /** The context of an outcome as its client carries it; empty where there is none to show. */
  String token(Key key, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Written written -> seal.seal(key, written.context());
      case Found found -> showsContext(key, found) ? seal.seal(key, found.context()) : "";
      case Explained _, Outcome.Repaired _, Refused _, NotDone _, Outcome.Unknown _ -> "";
    };
  }

  /** A key that was never written has no context, except where writing it takes one. */
  private boolean showsContext(Key key, Found found) {
    var namespace = settings.namespace(key.namespace());
    return !found.context().isEmpty() || (namespace != null && namespace.refusesBlindWrites());
  }

  private long expiry(ClientRequest.Put put, NamespaceSettings namespace) {
    long ttl = put.ttlMillis() > 0 ? put.ttlMillis() : namespace.ttlMillis();
    return ttl == 0 || put.write().tombstone() ? 0 : schedule.wallMillis() + ttl;
  }

  private boolean isCount(int value) {
    return value >= 1 && value <= settings.quorum().n();
  }

  private Outcome badQuorum(String names) {
    return new Refused(
        Refusal.BAD_QUORUM, names + " must be between 1 and " + settings.quorum().n());
  }

  private Outcome tooLarge(Write write) {
    return new Refused(
        Refusal.VALUE_TOO_LARGE,
        "the value has "
            + write.value().length()
            + " bytes, at most "
            + settings.limits().valueBytes()
            + " are taken");
  }
}
