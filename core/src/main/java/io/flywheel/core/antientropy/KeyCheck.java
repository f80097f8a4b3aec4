package io.flywheel.core.antientropy;

import io.flywheel.core.coordinate.Peers;
import io.flywheel.core.message.Message.GetStatus;
import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.message.Message.ReplicaGet;
import io.flywheel.core.message.Message.ReplicaGetReply;
import io.flywheel.core.message.Message.ReplicaPut;
import io.flywheel.core.message.Message.ReplicaPutReply;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Held;
import io.flywheel.core.replica.Merger;
import io.flywheel.core.replica.Reader;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.SiblingsCodec;
import org.jspecify.annotations.Nullable;

/**
 * Makes one key equal at two replicas. A sum that differs proves nothing by itself: it may have
 * been taken between two stores, or be wrong. So both records are read from disk first, and then
 * merged at each side that lacks something, and only there.
 */
final class KeyCheck implements Reader {
  /** What a check costs beside the bytes of the records. */
  static final long OVERHEAD_BYTES = 512;

  private final Equipment with;
  private final Peers peers;
  private final NodeId peer;
  private final Key key;
  private final long request;
  private final Runnable whenDone;
  private @Nullable Held mine;
  private @Nullable Siblings theirs;
  private long theirEra;
  private int awaited;
  private int moved;
  private boolean peerIsBusy;
  private boolean done;

  KeyCheck(
      Equipment equipment, Peers peers, NodeId peer, Key key, long request, Runnable whenDone) {
    this.with = equipment;
    this.peers = peers;
    this.peer = peer;
    this.key = key;
    this.request = request;
    this.whenDone = whenDone;
  }

  void start() {
    if (with.inForce().namespace(key.namespace()) == null) {
      end();
      return;
    }
    peers.send(peer, new ReplicaGet(request, key, false, Exchange.PATIENCE_MILLIS));
    with.replica().read(key, this);
  }

  /** Records that went from one to the other. */
  int moved() {
    return moved;
  }

  boolean peerIsBusy() {
    return peerIsBusy;
  }

  @Override
  public void read(Held held) {
    mine = held;
    settle();
  }

  /** Reading it has begun its recovery. */
  @Override
  public void unreadable() {
    end();
  }

  void replied(ReplicaGetReply reply) {
    if (theirs != null) {
      return;
    }
    theirEra = reply.era();
    if (reply.status() == GetStatus.ABSENT) {
      theirs = Siblings.NONE;
      settle();
    } else if (reply.status() == GetStatus.FOUND) {
      take(reply.record().length());
      try {
        theirs = SiblingsCodec.decode(key, reply.record());
        settle();
      } catch (MalformedException e) {
        end();
      }
    } else {
      peerIsBusy = reply.status() == GetStatus.OVERLOADED;
      end();
    }
  }

  void replied(ReplicaPutReply reply) {
    peerIsBusy |= reply.status() == PutStatus.OVERLOADED;
    if (reply.status().isStored()) {
      with.counts().keysSent++;
      moved++;
    }
    arrived();
  }

  private void settle() {
    var namespace = with.inForce().namespace(key.namespace());
    if (mine == null || theirs == null || namespace == null || done) {
      return;
    }
    var ours = mine.siblings();
    if (ours.equals(theirs)) {
      with.counts().falseAlarms++;
      end();
      return;
    }
    with.counts().differences++;
    boolean contradicting = ours.contradicts(theirs);
    if (contradicting) {
      with.counts().contradictions++;
      with.report().accept("replicas hold different values of one write of " + key);
    }
    var merged = ours.merge(theirs, namespace.conflicts());
    // Both are told of a contradiction, and settle it by asking all.
    boolean takes = contradicting || !merged.equals(ours);
    boolean sends = contradicting || !merged.equals(theirs);
    awaited = (takes ? 1 : 0) + (sends ? 1 : 0);
    if (sends) {
      var record = SiblingsCodec.encode(key, merged);
      take(record.length());
      long label = Math.min(mine.era(), theirEra);
      peers.send(peer, new ReplicaPut(request, key, label, null, record));
    }
    if (takes) {
      with.replica().merge(key, theirs, theirEra, null, new Taking());
    }
  }

  private void take(long bytes) {
    with.counts().recordBytes += bytes;
    with.budget().spend(bytes);
  }

  private void arrived() {
    if (--awaited <= 0) {
      end();
    }
  }

  private void end() {
    if (!done) {
      done = true;
      whenDone.run();
    }
  }

  private final class Taking implements Merger {
    @Override
    public void durable() {
      with.counts().keysTaken++;
      moved++;
      arrived();
    }

    @Override
    public void failed(PutStatus why) {
      arrived();
    }
  }
}
