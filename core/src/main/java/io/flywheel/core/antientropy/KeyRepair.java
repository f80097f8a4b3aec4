package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Census;
import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Holding;
import io.flywheel.core.message.Outcome.Repaired;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes all copies of one key equal because an operator asked for it: reads them all, merges what
 * they say, and brings the result to those that lack something. Replicas that do not answer are
 * left out, and counted.
 */
final class KeyRepair {
  private final Census census;
  private final LocalReplica replica;
  private final Schedule schedule;
  private final Supplier<RecordSettings> inForce;
  private final Map<Long, Repair> underWay = new HashMap<>();
  private long lastRequest;

  KeyRepair(
      Census census,
      LocalReplica replica,
      Schedule schedule,
      Supplier<RecordSettings> inForce,
      long firstRequest) {
    this.census = census;
    this.replica = replica;
    this.schedule = schedule;
    this.inForce = inForce;
    this.lastRequest = firstRequest;
  }

  void repair(Peers peers, Key key, long deadlineMillis, Consumer<Outcome> answer) {
    long now = schedule.monotonicMillis();
    long readBy = now + (deadlineMillis - now) / 2;
    var repair = new Repair(++lastRequest, peers, key, answer);
    underWay.put(repair.request, repair);
    schedule.at(deadlineMillis, this::expire, repair.request);
    census.take(peers, key, peers.writers(key), readBy, repair::counted);
  }

  void replied(NodeId from, ReplicaPutReply reply) {
    var repair = underWay.get(reply.request());
    if (repair != null) {
      repair.arrived(from, reply.status().isStored());
    }
  }

  private void expire(long request) {
    var repair = underWay.get(request);
    if (repair != null) {
      repair.end();
    }
  }

  private final class Repair {
    private final long request;
    private final Peers peers;
    private final Key key;
    private final Consumer<Outcome> answer;
    private final TreeSet<NodeId> awaited = new TreeSet<>();
    private int copies;
    private int repaired;

    private Repair(long request, Peers peers, Key key, Consumer<Outcome> answer) {
      this.request = request;
      this.peers = peers;
      this.key = key;
      this.answer = answer;
    }

    private void counted(List<Holding> holdings) {
      var namespace = inForce.get().namespace(key.namespace());
      if (namespace == null || !underWay.containsKey(request)) {
        return;
      }
      var merged = Siblings.NONE;
      long era = Long.MAX_VALUE;
      for (Holding holding : holdings) {
        var siblings = holding.siblings();
        if (siblings != null) {
          merged = merged.merge(siblings, namespace.conflicts());
          era = Math.min(era, holding.era());
        }
      }
      for (Holding holding : holdings) {
        if (merged.equals(holding.siblings())) {
          copies++;
        } else if (holding.siblings() != null) {
          awaited.add(holding.node());
        }
      }
      bring(merged, era);
      endIfDone();
    }

    private void bring(Siblings merged, long era) {
      Bytes record = merged.isEmpty() ? Bytes.EMPTY : SiblingsCodec.encode(key, merged);
      for (NodeId node : List.copyOf(awaited)) {
        if (node.equals(peers.self())) {
          replica.merge(key, merged, era, null, new Own());
        } else {
          peers.send(node, new ReplicaPut(request, key, era, null, record));
        }
      }
    }

    private void arrived(NodeId node, boolean stored) {
      if (awaited.remove(node)) {
        copies += stored ? 1 : 0;
        repaired += stored ? 1 : 0;
        endIfDone();
      }
    }

    private void endIfDone() {
      if (awaited.isEmpty()) {
        end();
      }
    }

    private void end() {
      if (underWay.remove(request) != null) {
        answer.accept(new Repaired(peers.writers(key).size(), copies, repaired));
      }
    }

    /** This node's own copy. */
    private final class Own implements Merger {
      @Override
      public void durable() {
        arrived(peers.self(), true);
      }

      @Override
      public void failed(PutStatus why) {
        arrived(peers.self(), false);
      }
    }
  }
}
