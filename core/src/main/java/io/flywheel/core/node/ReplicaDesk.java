package io.flywheel.core.node;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;

/** Serves other nodes' coordinators: this node as one of a key's replicas. */
final class ReplicaDesk {
  private final LocalReplica replica;
  private final Schedule schedule;
  private final ClusterSettings settings;
  private final boolean durable;

  ReplicaDesk(LocalReplica replica, Schedule schedule, ClusterSettings settings, boolean durable) {
    this.replica = replica;
    this.schedule = schedule;
    this.settings = settings;
    this.durable = durable;
  }

  void put(Peers peers, NodeId from, ReplicaPut put) {
    if (!holds(peers, put.key())) {
      reply(peers, from, put, PutStatus.NOT_A_REPLICA);
      return;
    }
    if (replica.isOverloaded(put.key())) {
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
        new Merger() {
          @Override
          public void durable() {
            reply(peers, from, put, durable ? PutStatus.STORED : PutStatus.STORED_NOT_SYNCED);
          }

          @Override
          public void unreadable() {
            reply(peers, from, put, PutStatus.UNREADABLE);
          }
        });
  }

  void get(Peers peers, NodeId from, ReplicaGet get) {
    if (!holds(peers, get.key())) {
      peers.send(from, failed(get, GetStatus.NOT_A_REPLICA));
      return;
    }
    if (replica.isOverloaded(get.key())) {
      peers.send(from, failed(get, GetStatus.OVERLOADED));
      return;
    }
    long deadline = schedule.monotonicMillis() + get.timeoutMillis();
    replica.read(
        get.key(),
        new Reader() {
          @Override
          public void read(Siblings onDisk) {
            if (schedule.monotonicMillis() <= deadline) {
              peers.send(from, answer(get, onDisk));
            }
          }

          @Override
          public void unreadable() {
            peers.send(from, failed(get, GetStatus.UNREADABLE));
          }
        });
  }

  private boolean holds(Peers peers, Key key) {
    return settings.namespace(key.namespace()) != null && peers.isReplica(key);
  }

  private static void reply(Peers peers, NodeId to, ReplicaPut put, PutStatus status) {
    if (put.request() != 0) {
      peers.send(to, new ReplicaPutReply(put.request(), status));
    }
  }

  private static Message answer(ReplicaGet get, Siblings onDisk) {
    if (onDisk.isEmpty()) {
      return new ReplicaGetReply(get.request(), GetStatus.ABSENT, 0, Bytes.EMPTY);
    }
    var record = SiblingsCodec.encode(get.key(), onDisk);
    return new ReplicaGetReply(get.request(), GetStatus.FOUND, 0, record);
  }

  private static Message failed(ReplicaGet get, GetStatus status) {
    return new ReplicaGetReply(get.request(), status, 0, Bytes.EMPTY);
  }
}
