package io.flywheel.core.node;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.message.Message;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.PassedOnPut;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.RelayedPut;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.LocalReplica;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import java.util.List;
import java.util.function.Supplier;

/**
 * Serves other nodes' coordinators: this node as one of a key's replicas.
 *
 * <p>All that asks for a record or brings one is held to its sender's epoch, also what pays a debt,
 * repairs, takes a census or compares: a record that is brought to the owners before a change, by
 * somebody who does not know of it, would not come to those after, as their copies may have been
 * made already. Who refuses for this need not say more: the sender hears of the newer ring as of
 * any message by who is behind.
 */
final class ReplicaDesk {
  /** Nobody waits longer for a store as a rule; who is told so at once can ask another node. */
  private static final long PATIENCE_MILLIS = 1_000;

  private final LocalReplica replica;
  private final Eras eras;
  private final Schedule schedule;
  private final Supplier<RecordSettings> inForce;
  private final boolean durable;
  private long askedMillis;

  ReplicaDesk(
      LocalReplica replica,
      Eras eras,
      Schedule schedule,
      Supplier<RecordSettings> inForce,
      boolean durable) {
    this.replica = replica;
    this.eras = eras;
    this.schedule = schedule;
    this.inForce = inForce;
    this.durable = durable;
    askedMillis = schedule.monotonicMillis() - WaitingLine.IN_USE_MILLIS;
  }

  /** Whether others have lately asked for something, as a rule for a client of theirs. */
  boolean isInUse() {
    return schedule.monotonicMillis() - askedMillis < WaitingLine.IN_USE_MILLIS;
  }

  /** {@code epoch}: the sender's. */
  void put(Peers peers, NodeId from, long epoch, ReplicaPut put) {
    askedMillis = schedule.monotonicMillis();
    if (isFarOff(peers, epoch) || mayMissOwners(peers, epoch, put.key()) || isNew(put.key())) {
      reply(peers, from, put, PutStatus.STALE_RING);
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

  /**
   * Passes a record on first, at once and whatever this node makes of it itself: whoever it is for
   * judges by the coordinator's epoch, and answers the coordinator. This node vouches for nobody.
   */
  void relay(Peers peers, NodeId from, long epoch, RelayedPut relayed) {
    var put = relayed.put();
    for (Replica other : relayed.others()) {
      var owner = other instanceof Replica.Primary ? null : other.owner();
      var passed = new ReplicaPut(put.request(), put.key(), put.era(), owner, put.record());
      peers.send(other.node(), new PassedOnPut(from, epoch, passed));
    }
    put(peers, from, epoch, put);
  }

  /** {@code epoch}: the sender's. */
  void get(Peers peers, NodeId from, long epoch, ReplicaGet get) {
    askedMillis = schedule.monotonicMillis();
    if (isFarOff(peers, epoch) || isNew(get.key())) {
      peers.send(from, failed(get, GetStatus.STALE_RING));
      return;
    }
    if (!get.standIn() && !peers.isOwn(get.key())) {
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
        : new ReplicaGetReply(reply.request(), GetStatus.STALE_ERA, 0, 0, List.of(), Bytes.EMPTY);
  }

  /** Steps of a change overlap with the next, and not with the one after that. */
  private static boolean isFarOff(Peers peers, long epoch) {
    return Math.abs(peers.epoch() - epoch) > 1;
  }

  /** Whether the sender of a put does not know of owners that are to have it. */
  private static boolean mayMissOwners(Peers peers, long epoch, Key key) {
    var transition = peers.ownership().transition();
    return transition != null && epoch < transition.began() && peers.ownersBeside(key) != null;
  }

  /**
   * Whether it is of a namespace that this node is yet to hear of: how to merge it is not known.
   */
  private boolean isNew(Key key) {
    return inForce.get().namespace(key.namespace()) == null;
  }

  private static void reply(Peers peers, NodeId to, ReplicaPut put, PutStatus status) {
    if (put.request() != 0) {
      peers.send(to, new ReplicaPutReply(put.request(), status));
    }
  }

  private Message answer(ReplicaGet get, Held held) {
    boolean absent = held.siblings().isEmpty();
    var status = absent ? GetStatus.ABSENT : GetStatus.FOUND;
    var record = absent ? Bytes.EMPTY : record(get.key(), held);
    var owed = get.standIn() ? held.owed() : List.<NodeId>of();
    return new ReplicaGetReply(get.request(), status, held.era(), eras.closed(), owed, record);
  }

  private static Bytes record(Key key, Held held) {
    var asItLies = held.record();
    return asItLies == null ? SiblingsCodec.encode(key, held.siblings()) : asItLies;
  }

  private static Message failed(ReplicaGet get, GetStatus status) {
    return new ReplicaGetReply(get.request(), status, 0, 0, List.of(), Bytes.EMPTY);
  }
}
