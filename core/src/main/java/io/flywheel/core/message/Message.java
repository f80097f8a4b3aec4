package io.flywheel.core.message;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Fingerprint;
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
  record Heartbeat(long wallMillis) implements Message {}

  /**
   * The first word of a gossip round: what is new, and how a part of what I know looks.
   *
   * @param from the first of some members, in the order of identities and around its end
   * @param digests of what the sender knows of each of them
   * @param news what was heard lately, of whomever
   */
  record Gossip(NodeId from, List<Integer> digests, List<MemberState> news) implements Message {}

  /** What the receiver seems not to know. */
  record News(List<MemberState> states) implements Message {}

  /** Can you reach this member? One that is asked of itself just answers. */
  record Probe(long request, NodeId target) implements Message {}

  record ProbeReply(long request, boolean reached) implements Message {}

  /** Before a cluster is formed: who I am, and with whom I expect to form it. */
  record Announce(Member member, List<String> initialMembers) implements Message {}

  /** The cluster exists: its id, its members and its ring. */
  record Formed(long clusterId, List<Member> members, Ring ring) implements Message {}

  /**
   * Coordinate this put: its sender is no replica of the key.
   *
   * @param era the sender's era: a request that comes long after may have been carried out by
   *     another replica, and what that wrote be forgotten by now, with its id
   */
  record ForwardPut(
      long request,
      Key key,
      long era,
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
   * @param request 0 when nobody waits for the reply
   * @param era the era in which a replica read the state
   * @param owner the primary that the receiver stands in for; null where it is one itself
   */
  record ReplicaPut(long request, Key key, long era, @Nullable NodeId owner, Bytes record)
      implements Message {}

  record ReplicaPutReply(long request, PutStatus status) implements Message {}

  /**
   * Send your record of this key, from disk.
   *
   * @param standIn whether also what is kept for another node is asked for, and for whom it is
   */
  record ReplicaGet(long request, Key key, boolean standIn, long timeoutMillis)
      implements Message {}

  /**
   * What a replica holds.
   *
   * @param era the label of the state
   * @param closed the newest era that the receiver knows to be closed: what the state lacks may
   *     have been forgotten by it
   * @param owed whom the receiver keeps it for, as far as it was asked
   * @param record empty where the status is not {@link GetStatus#FOUND}
   */
  record ReplicaGetReply(
      long request, GetStatus status, long era, long closed, List<NodeId> owed, Bytes record)
      implements Message {}

  /** What two replicas say to each other to find out in which keys they differ. */
  sealed interface AboutTrees extends Message {}

  /**
   * What my trees say of whole groups of the partitions that we share; how do yours compare? Shared
   * partitions are taken in their order, {@code size} at a time, and each group's sum is that of
   * all records in it. Answered like {@link TreeSums}.
   */
  record GroupSums(long request, int size, List<Integer> groups, List<Fingerprint> sums)
      implements AboutTrees {}

  /**
   * What my trees say of these slices of partitions; how do yours compare? Both sides add up the
   * fingerprints of all records in a slice.
   */
  record TreeSums(long request, List<Slice> slices, List<Fingerprint> sums) implements AboutTrees {}

  /**
   * One answer for each slice, in their order: {@link #EQUAL}, {@link #UNKNOWN} where the receiver
   * has no tree of it, or else, where they differ, the finest width that the receiver can compare.
   */
  record TreeSumsReply(long request, List<Integer> answers) implements AboutTrees {
    public static final int EQUAL = 0;
    public static final int UNKNOWN = Slice.MOST + 1;
  }

  /** Which keys do you have in this slice, from that hash on? */
  record SliceKeys(long request, Slice slice, long fromHash) implements AboutTrees {}

  /**
   * Keys in the order of the ring, with the fingerprint of each one's record.
   *
   * @param nextHash where to go on asking; 0 at the slice's end
   */
  record SliceKeysReply(long request, List<Key> keys, List<Fingerprint> fingerprints, long nextHash)
      implements AboutTrees {}

  /**
   * Of which of these keys would be forgotten, on your disk, exactly this?
   *
   * @param cutoffMillis what was over before is forgotten
   * @param residues the fingerprint of what would be forgotten of each key
   */
  record ReapAsk(long request, long cutoffMillis, List<Key> keys, List<Fingerprint> residues)
      implements Message {}

  /**
   * Which do.
   *
   * @param era the receiver's, when it had read them all
   * @param matching their places in the question, ascending
   */
  record ReapAnswer(long request, long era, List<Integer> matching) implements Message {}

  /**
   * All replicas had these residues in that era, and it is closed: forget them.
   *
   * @param cutoffMillis as it was asked for
   */
  record Reap(long era, long cutoffMillis, List<Key> keys, List<Fingerprint> residues)
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
    DAMAGED(6),
    /** Not kept: the receiver's disk is full, or what it keeps for others is at its limit. */
    FULL(7),
    /** Not kept: the state was read in an era that is closed; read it again. */
    STALE_ERA(8);

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
