package io.flywheel.core.message;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.ring.Ballot;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.Replica;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.Slice;
import io.flywheel.core.ring.Vote;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Fingerprint;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other. Every message may be lost, repeated, late or out of order; a reply
 * names the request of its receiver that it answers. A record travels whole, in the record format
 * of {@link io.flywheel.core.version.SiblingsCodec}: a part of one would claim dots it does not
 * carry.
 */
public sealed interface Message {
  /** Who is a member, and what members believe of each other. */
  sealed interface AboutMembers extends Message {}

  /**
   * I am here. Arrival is what counts; {@code wallMillis} is the sender's clock, to be compared.
   */
  record Heartbeat(long wallMillis) implements AboutMembers {}

  /**
   * The first word of a gossip round: what is new, and how a part of what I know looks.
   *
   * @param from the first of some members, in the order of identities and around its end
   * @param digests of what the sender knows of each of them
   * @param news what was heard lately, of whomever
   */
  record Gossip(NodeId from, List<Integer> digests, List<MemberState> news)
      implements AboutMembers {}

  /** What the receiver seems not to know. */
  record News(List<MemberState> states) implements AboutMembers {}

  /** Can you reach this member? One that is asked of itself just answers. */
  record Probe(long request, NodeId target) implements AboutMembers {}

  record ProbeReply(long request, boolean reached) implements AboutMembers {}

  /**
   * Before a cluster is formed: who I am, and with whom I expect to form it.
   *
   * @param beginning digest of the settings that it is to begin with
   */
  record Announce(Member member, List<String> initialMembers, long beginning)
      implements AboutMembers {}

  /** The cluster exists: its id, its settings, its members and its ring. */
  record Formed(long clusterId, RecordSettings records, List<Member> members, Ring ring)
      implements AboutMembers {}

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
      Reach reach,
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
   * Merge this record and say when it is on disk, and pass it on to these: they stand where the
   * receiver does, far from the sender, and the record is to travel there once. They answer the
   * sender themselves.
   *
   * @param others who else is to keep it there, and for whom
   */
  record RelayedPut(ReplicaPut put, List<Replica> others) implements Message {}

  /**
   * Merge this record, which its coordinator could have brought here, and tell that one when it is
   * on disk.
   *
   * @param epoch the coordinator's: by its ring it chose who is to have the record
   */
  record PassedOnPut(NodeId coordinator, long epoch, ReplicaPut put) implements Message {}

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

  /** What proves that something may be forgotten. */
  sealed interface AboutReaping extends Message {}

  /**
   * Of which of these keys would be forgotten, on your disk, exactly this?
   *
   * @param cutoffMillis what was over before is forgotten
   * @param residues the fingerprint of what would be forgotten of each key
   */
  record ReapAsk(long request, long cutoffMillis, List<Key> keys, List<Fingerprint> residues)
      implements AboutReaping {}

  /**
   * Which do.
   *
   * @param era the receiver's, when it had read them all
   * @param matching their places in the question, ascending
   */
  record ReapAnswer(long request, long era, List<Integer> matching) implements AboutReaping {}

  /**
   * All replicas had these residues in that era, and it is closed: forget them.
   *
   * @param cutoffMillis as it was asked for
   */
  record Reap(long era, long cutoffMillis, List<Key> keys, List<Fingerprint> residues)
      implements AboutReaping {}

  /**
   * How the members decide the next entry of the ring log, one for each epoch, and how those hear
   * of it who were not there. {@code epoch} is always the one that the entry begins.
   */
  sealed interface AboutRing extends Message {}

  /**
   * Promise to accept nothing of an older ballot.
   *
   * @param lost members that the proposer is told are lost: only all others together decide then
   */
  record Prepare(long epoch, Ballot ballot, List<NodeId> lost) implements AboutRing {}

  /** Promised, and on disk. */
  record Promise(long epoch, Ballot ballot, @Nullable Vote vote) implements AboutRing {}

  /** Accept this entry in this ballot. */
  record Accept(long epoch, Vote vote) implements AboutRing {}

  /** Accepted, and on disk. */
  record Accepted(long epoch, Ballot ballot) implements AboutRing {}

  /** Neither promised nor accepted, because a newer ballot was promised. */
  record Refusal(long epoch, Ballot ballot, Ballot promised) implements AboutRing {}

  /** A majority has accepted this entry. */
  record Decided(long epoch, LogEntry entry) implements AboutRing {}

  /** Send me your cluster if it is newer than that of this epoch; 0 from one that has none. */
  record RingAsk(long epoch) implements AboutRing {}

  /**
   * The cluster as the sender has it on its disk.
   *
   * @param era the sender's, in which a newcomer begins
   * @param closedEra the newest era that the sender knows to be closed
   */
  record RingNews(Cluster cluster, long era, long closedEra) implements AboutRing {}

  /**
   * Let me become a member.
   *
   * @param replaces the name of the dead member whose place it takes; empty for none
   * @param namespaces what it is configured to believe of namespaces
   */
  record JoinAsk(Member member, String replaces, List<NamespaceSettings> namespaces)
      implements AboutRing {}

  record JoinRefusal(String reason) implements AboutRing {}

  /** How partitions come to their new owners, and former owners come to be rid of them. */
  sealed interface AboutTransfers extends Message {}

  /**
   * Send me a page of what you own of this partition.
   *
   * @param epoch in which the sender gains it
   * @param from the storage key at which the page begins
   * @param to where the range ends that is asked for; empty for the end of the ring
   * @param mostBytes after so many the page ends, but it has at least one record
   */
  record TransferAsk(long request, long epoch, int partition, Bytes from, Bytes to, int mostBytes)
      implements AboutTransfers {}

  /**
   * Records in the order of the ring, whole, as they are on disk.
   *
   * @param era in which they were read
   * @param whole whether no record was left out, as it is damaged and nobody knows what it was
   * @param next the storage key at which the following page begins; empty where the range has ended
   * @param checksum over all of the records, in their order
   */
  record TransferPage(
      long request,
      TransferStatus status,
      long era,
      List<Key> keys,
      List<Bytes> records,
      boolean whole,
      Bytes next,
      int checksum)
      implements AboutTransfers {
    /** One with its checksum. */
    public static TransferPage of(
        long request, long era, List<Key> keys, List<Bytes> records, boolean whole, Bytes next) {
      int sum = sum(records, next);
      return new TransferPage(request, TransferStatus.SERVED, era, keys, records, whole, next, sum);
    }

    /** Whether it is as its sender made it. */
    public boolean isIntact() {
      return checksum == sum(records, next);
    }

    private static int sum(List<Bytes> records, Bytes next) {
      var crc = new CRC32C();
      for (Bytes record : records) {
        crc.update(record.array());
      }
      crc.update(next.array());
      return (int) crc.getValue();
    }

    /** Why there is no page. */
    public static TransferPage refusal(long request, TransferStatus status) {
      return new TransferPage(request, status, 0, List.of(), List.of(), false, Bytes.EMPTY, 0);
    }
  }

  /** Which of these states, of keys that you own, do you have on your disk just like this? */
  record ReleaseAsk(long request, List<Key> keys, List<Fingerprint> states)
      implements AboutTransfers {}

  /**
   * Those.
   *
   * @param held their places in the question, ascending
   */
  record ReleaseAnswer(long request, List<Integer> held) implements AboutTransfers {}

  /** What becomes of a {@link TransferAsk}. */
  enum TransferStatus implements Coded {
    SERVED(1),
    /** The receiver is in another epoch, or not all that it took before this one is on its disk. */
    NOT_YET(2),
    /** The receiver has much else to do. */
    BUSY(3),
    /** The page cannot be read now: there may be something, nobody knows what. */
    UNREADABLE(4),
    /** The receiver does not own the partition. */
    NOT_AN_OWNER(5);

    private final int code;

    TransferStatus(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

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
    STALE_ERA(8),
    /** Not kept: its sender goes by a ring by which it may have sent it to too few. */
    STALE_RING(9);

    private final int code;

    PutStatus(int code) {
      this.code = code;
    }

    /** Whether the receiver keeps it. */
    public boolean isStored() {
      return this == STORED || this == STORED_NOT_SYNCED;
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
    NOT_A_REPLICA(5),
    /** Not answered: its sender goes by a ring that may not be read any more, or not yet. */
    STALE_RING(6),
    /** What there is belongs to an era that is closed; whoever hears it says so to himself. */
    STALE_ERA(7);

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
