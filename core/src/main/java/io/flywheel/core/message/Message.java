package io.flywheel.core.message;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.version.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other. Every message may be lost, repeated, late or out of order; a reply
 * names the request of its receiver that it answers. A record travels whole, in the record format
 * of {@link io.flywheel.core.version.SiblingsCodec}: a part of one would claim dots it does not
 * carry.
 */
public sealed interface Message {
  /**
   * I am here. Arrival is what counts; {@code wallMillis} is the sender's clock, to be compared.
   */
  record Heartbeat(long counter, long wallMillis) implements Message {}

  /** Before a cluster is formed: who I am, and with whom I expect to form it. */
  record Announce(Member member, List<String> initialMembers) implements Message {}

  /** The cluster exists: its id, its members and its ring. */
  record Formed(long clusterId, List<Member> members, Ring ring) implements Message {}

  /** Coordinate this put: its sender is no replica of the key. */
  record ForwardPut(
      long request,
      Key key,
      Write write,
      Context context,
      long expiryMillis,
      int w,
      int pw,
      @Nullable RequestId id,
      long timeoutMillis)
      implements Message {}

  /** How a forwarded put ended: any outcome of a write. */
  record ForwardReply(long request, Outcome outcome) implements Message {}

  /**
   * Merge this record and say when it is on disk.
   *
   * @param era the era in which the state was read
   * @param request 0 when nobody waits for the reply
   */
  record ReplicaPut(long request, Key key, long era, Bytes record) implements Message {}

  record ReplicaPutReply(long request, PutStatus status) implements Message {}

  /** Send your record of this key, from disk. */
  record ReplicaGet(long request, Key key, long timeoutMillis) implements Message {}

  /** {@code record} is empty where the status is not {@link GetStatus#FOUND}. */
  record ReplicaGetReply(long request, GetStatus status, long era, Bytes record)
      implements Message {}

  /** What became of a {@link ReplicaPut}. */
  enum PutStatus implements Coded {
    /** Merged and on disk. */
    STORED(1),
    /** Merged, and on disk soon: the receiver syncs periodically. */
    STORED_NOT_SYNCED(2),
    /** Not kept: the receiver cannot read what it has of the key, and does not build on it. */
    UNREADABLE(3),
    /** Not kept: too much is waiting for the disk. */
    OVERLOADED(4),
    /** Not kept: the receiver is no replica of the key. */
    NOT_A_REPLICA(5),
    /** Not kept: the record is damaged. */
    DAMAGED(6);

    private final int code;

    PutStatus(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** What became of a {@link ReplicaGet}. */
  enum GetStatus implements Coded {
    FOUND(1),
    ABSENT(2),
    /** There is something, and it cannot be read: not the same as absent. */
    UNREADABLE(3),
    OVERLOADED(4),
    NOT_A_REPLICA(5);

    private final int code;

    GetStatus(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }
}
