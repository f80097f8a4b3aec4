package io.flywheel.core.node;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;

/** Serves other nodes' coordinators: this node as one of a key's replicas. */
final class ReplicaDesk {
  /** Nobody waits longer for a store as a rule; who is told so at once can ask another node. */
  private static final long PATIENCE_MILLIS = 1_000;

  private final LocalReplica replica;
  private final Eras eras;
  private final Schedule schedule;
  private final ClusterSettings settings;
  private final boolean durable;

  ReplicaDesk(
      LocalReplica replica,
      Eras eras,
      Schedule schedule,
      ClusterSettings settings,
      boolean durable) {
    this.replica = replica;
    this.eras = eras;
    this.schedule = schedule;
    this.settings = settings;
    this.durable = durable;
  }

  void put(Peers peers, NodeId from, ReplicaPut put) {
    if (settings.namespace(put.key().namespace()) == null) {
      reply(peers, from, put, PutStatus.NOT_A_REPLICA);
      return;
    }
    if (replica.isOverloaded(put.key()) || replica.isStalled(PATIENCE_MILLIS)) {
      reply(peers, from, put, PutStatus.OVERLOADED);
      return;
    }
    Siblings incoming;
    try {
      incoming = SiblingsCodec.decode(put.key(), put.record());
    } catch (MalformedException e) {
      reply(peers, from, put, PutStatus.DAMAGED);
      return;
    }
    replica.merge(
        put.key(),
        incoming,
        put.era(),
        put.owner(),
        new Merger() {
          @Override
          public void durable() {
            reply(peers, from, put, durable ? PutStatus.STORED : PutStatus.STORED_NOT_SYNCED);
          }

          @Override
          public void failed(PutStatus why) {
            reply(peers, from, put, why);
          }
        });
  }

  void get(Peers peers, NodeId from, ReplicaGet get) {
    if (!mayAnswer(peers, get)) {
      peers.send(from, failed(get, GetStatus.NOT_A_REPLICA));
      return;
    }
    if (replica.isOverloaded(get.key())) {
      peers.send(from, failed(get, GetStatus.OVERLOADED));
      return;
    }
    long deadline = schedule.monotonicMillis() + get.timeoutMillis();
    Reader reader =
        new Reader() {
          @Override
          public void read(Held held) {
            if (schedule.monotonicMillis() <= deadline) {
              peers.send(from, answer(get, held));
            }
          }

          @Override
          public void unreadable() {
            peers.send(from, failed(get, GetStatus.UNREADABLE));
          }
        };
    if (get.standIn()) {
      replica.readWithDebts(get.key(), reader);
    } else {
      replica.read(get.key(), reader);
    }
  }

  /** A state from an era that is closed may hold what all others have forgotten. */
  ReplicaGetReply believed(ReplicaGetReply reply) {
    eras.heardClosed(reply.closed());
    boolean speaksOfState = reply.status() == GetStatus.FOUND || reply.status() == GetStatus.ABSENT;
    return eras.takes(reply.era()) || !speaksOfState
        ? reply
        : new ReplicaGetReply(reply.request(), GetStatus.UNREADABLE, 0, 0, List.of(), Bytes.EMPTY);
  }

  private boolean mayAnswer(Peers peers, ReplicaGet get) {
    boolean known = settings.namespace(get.key().namespace()) != null;
    return known && (get.standIn() || peers.isReplica(get.key()));
  }

  private static void reply(Peers peers, NodeId to, ReplicaPut put, PutStatus status) {
    if (put.request() != 0) {
      peers.send(to, new ReplicaPutReply(put.request(), status));
    }
  }

  private Message answer(ReplicaGet get, Held held) {
    boolean absent = held.siblings().isEmpty();
    var status = absent ? GetStatus.ABSENT : GetStatus.FOUND;
    var record = absent ? Bytes.EMPTY : SiblingsCodec.encode(get.key(), held.siblings());
    var owed = get.standIn() ? held.owed() : List.<NodeId>of();
    return new ReplicaGetReply(get.request(), status, held.era(), eras.closed(), owed, record);
  }

  private static Message failed(ReplicaGet get, GetStatus status) {
    return new ReplicaGetReply(get.request(), status, 0, 0, List.of(), Bytes.EMPTY);
  }
}
