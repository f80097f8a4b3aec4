package io.flywheel.core.coordinate;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Outcome.Holding;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Asks every replica of a key what it holds and hands over all their words, those of the silent
 * ones too. It explains a key to an operator, and it finds what a replica that lost a record must
 * be given back.
 */
public final class Census {
  private final LocalReplica replica;
  private final Schedule schedule;
  private final Map<Long, Count> inFlight = new HashMap<>();
  private long lastRequest;

  /**
   * One for each life of a node.
   *
   * @param firstRequest where request numbers begin: away from those of gets, whose answers look
   *     the same
   */
  public Census(LocalReplica replica, Schedule schedule, long firstRequest) {
    this.replica = replica;
    this.schedule = schedule;
    this.lastRequest = firstRequest;
  }

  public void take(
      Peers peers,
      Key key,
      List<NodeId> nodes,
      long deadlineMillis,
      Consumer<List<Holding>> whenTaken) {
    var count = new Count(++lastRequest, peers, key, nodes, whenTaken);
    inFlight.put(count.request, count);
    schedule.at(deadlineMillis, this::finish, count.request);
    long left = Math.max(1, deadlineMillis - schedule.monotonicMillis());
    for (NodeId node : nodes) {
      if (node.equals(peers.self())) {
        replica.readWithDebts(key, count);
      } else {
        peers.send(node, new ReplicaGet(count.request, key, true, left));
      }
    }
    if (nodes.isEmpty()) {
      finish(count.request);
    }
  }

  public void replied(NodeId from, ReplicaGetReply reply) {
    var count = inFlight.get(reply.request());
    if (count != null) {
      count.replied(from, reply);
    }
  }

  private void finish(long request) {
    var count = inFlight.remove(request);
    if (count != null) {
      count.whenTaken.accept(count.holdings());
    }
  }

  /** One key's census. */
  private final class Count implements Reader {
    private final long request;
    private final Peers peers;
    private final Key key;
    private final List<NodeId> nodes;
    private final Consumer<List<Holding>> whenTaken;
    private final TreeMap<NodeId, Holding> answers = new TreeMap<>();

    private Count(
        long request, Peers peers, Key key, List<NodeId> nodes, Consumer<List<Holding>> whenTaken) {
      this.request = request;
      this.peers = peers;
      this.key = key;
      this.nodes = nodes;
      this.whenTaken = whenTaken;
    }

    @Override
    public void read(Held held) {
      String note = held.siblings().isEmpty() ? "absent" : "";
      answered(holding(peers.self(), held.siblings(), held.era(), held.owed(), note));
    }

    @Override
    public void unreadable() {
      answered(silent(peers.self(), "unreadable"));
    }

    private void replied(NodeId from, ReplicaGetReply reply) {
      if (!nodes.contains(from)) {
        return;
      }
      String note = reply.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      if (reply.status() == GetStatus.ABSENT) {
        answered(holding(from, Siblings.NONE, reply.era(), reply.owed(), note));
      } else if (reply.status() == GetStatus.FOUND) {
        try {
          var siblings = SiblingsCodec.decode(key, reply.record());
          answered(holding(from, siblings, reply.era(), reply.owed(), ""));
        } catch (MalformedException e) {
          answered(silent(from, "sent a damaged record"));
        }
      } else if (reply.status() == GetStatus.STALE_ERA && !peers.owns(from, key)) {
        // What it kept for others these have had since before that era was closed.
        answered(holding(from, Siblings.NONE, Eras.NEVER, List.of(), note));
      } else {
        answered(silent(from, note));
      }
    }

    private Holding holding(
        NodeId node, Siblings siblings, long era, List<NodeId> owed, String note) {
      return new Holding(node, peers.owns(node, key), siblings, era, owed, note);
    }

    private Holding silent(NodeId node, String note) {
      return new Holding(node, peers.owns(node, key), null, 0, List.of(), note);
    }

    private void answered(Holding holding) {
      answers.put(holding.node(), holding);
      if (answers.size() == nodes.size()) {
        finish(request);
      }
    }

    private List<Holding> holdings() {
      var holdings = new ArrayList<Holding>(nodes.size());
      for (NodeId node : nodes) {
        var holding = answers.get(node);
        holdings.add(holding != null ? holding : silent(node, "no answer"));
      }
      return holdings;
    }
  }
}
