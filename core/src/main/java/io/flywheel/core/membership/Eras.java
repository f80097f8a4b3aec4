package io.flywheel.core.membership;

import io.flywheel.core.effect.Mutation;
import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How old a copied state may be, without a clock. Time is cut into eras, which members adopt
 * durably and one after the other: nobody goes on to the next before everybody has come to the
 * present one. Whatever carries a key's state names the era in which a replica read it, its
 * <em>label</em>.
 *
 * <p>An era is <em>settled</em> with a member that is two eras further and owes nothing that was
 * read in it or before. Two, because members come to an era one after the other: who is ahead still
 * keeps, for somebody absent, what was read by one that is not. It is <em>closed</em> once it is
 * settled with every member. From then on nobody takes a state with such a label, so that nothing
 * older than a closed era can come back, from wherever: a deletion that all replicas had in an era
 * that is closed may be forgotten.
 *
 * <p>What is settled is said before anybody relies on it, in an order that a crash cannot turn
 * round: first it is certainly on disk that it will be said, and with it that what was owed is
 * paid; then it is said; and never again is anything older taken, in this life or a later one.
 */
public final class Eras {
  public static final long FIRST = 1;

  /** A label that nobody takes. */
  public static final long NEVER = 0;

  private static final long UNKNOWN = -1;

  private record Progress(long era, long settled, long epoch) {}

  private final TreeMap<NodeId, Progress> others = new TreeMap<>();
  private long current;
  private long oldestOwed = Long.MAX_VALUE;
  private boolean debtsKnown;
  private long epoch = UNKNOWN;
  private long closed;
  private long promised;

  /**
   * What this member has on its disk: its era, the newest that it knew to be closed, and the newest
   * that it may have said is settled.
   */
  private Eras(long durable, long durablyClosed, long durablySettled) {
    this.current = durable;
    this.closed = durablyClosed;
    this.promised = durablySettled;
  }

  /** Of a member that has just been made. */
  public static Eras fresh() {
    return new Eras(FIRST, 0, 0);
  }

  /** As a node's metadata has it. */
  public static Eras stored(Map<Bytes, Bytes> metadata) throws MalformedException {
    return new Eras(
        decode(metadata.get(StorageKey.ERA), FIRST),
        decode(metadata.get(StorageKey.CLOSED_ERA), 0),
        decode(metadata.get(StorageKey.SETTLED_ERA), 0));
  }

  /** The era that this member has adopted. */
  public long current() {
    return current;
  }

  /** The newest era that is settled here; 0 while that is not known. */
  public long settled() {
    return debtsKnown ? settled(current, oldestOwed) : 0;
  }

  private static long settled(long era, long oldest) {
    return Math.max(0, Math.min(era - 1, oldest) - 1);
  }

  /** Whether all that is kept here for somebody else has been counted. */
  public boolean knowsDebts() {
    return debtsKnown;
  }

  /**
   * The oldest label that anything kept here can have: older eras may have been said to be settled.
   */
  public long unsettled() {
    return Math.max(closed, promised) + 1;
  }

  /** What will be settled here after the next step, to be on disk before that. */
  public long settledIn(long era, long oldest) {
    promised = Math.max(promised, settled(era, oldest));
    return promised;
  }

  /** The newest era that is settled with every member, as far as this one knows. */
  public long closed() {
    return closed;
  }

  /** Whether a state with this label may still be merged. */
  public boolean takes(long label) {
    return label > closed;
  }

  /**
   * Whether something with this label may be begun here that will be the newest of its key, or be
   * kept for somebody else.
   */
  public boolean mayOwe(long label) {
    return label > promised && takes(label);
  }

  /**
   * The label of the oldest state that is kept for somebody else; without one, the largest. It
   * counts at once where it is older than what was known. A newer one counts only through {@link
   * #hasPaid}: a crash may take back what was struck out.
   */
  public void owes(long oldest) {
    oldestOwed = Math.min(oldestOwed, oldest);
  }

  /** The label of the oldest state that counts as kept for somebody else. */
  public long oldestOwed() {
    return oldestOwed;
  }

  /**
   * All that is kept here has been counted, and what was kept longest has been paid for certain;
   * this is the oldest label that is left.
   */
  public void hasPaid(long oldest) {
    debtsKnown = true;
    oldestOwed = oldest;
    close();
  }

  /** How many members there are, with this one. */
  public int members() {
    return others.size() + 1;
  }

  /**
   * Members other than this one in the ring of that epoch; those who are none any more are not
   * waited for. Before they are known nothing closes.
   */
  public void expect(Collection<NodeId> members, long epoch) {
    others.keySet().retainAll(new TreeSet<>(members));
    for (NodeId member : members) {
      others.putIfAbsent(member, new Progress(0, 0, 0));
    }
    this.epoch = epoch;
    close();
  }

  /** A newcomer begins where a member is, which does not go on without it. */
  public void begin(long era, long closedEra) {
    current = Math.max(current, era);
    closed = Math.max(closed, closedEra);
  }

  /** Another member knows that this era is closed; what is closed once stays so. */
  public void heardClosed(long era) {
    if (era < current) { // nothing closes that this member has not left
      closed = Math.max(closed, era);
    }
  }

  /** What another member has published; it never takes back an era, or an epoch. */
  public void heard(NodeId member, long era, long settled, long epoch) {
    var known = others.get(member);
    if (known != null) {
      others.put(
          member,
          new Progress(
              Math.max(known.era(), era),
              Math.max(known.settled(), settled),
              Math.max(known.epoch(), epoch)));
      if (known.settled() <= closed && settled > closed) {
        close(); // it was one of those that nobody could go on without
      }
    }
  }

  /** Whether everybody has come to the present era, so that the next one may begin. */
  public boolean mayAdvance() {
    for (Progress other : others.values()) {
      if (other.era() < current) {
        return false;
      }
    }
    return knowsMembers();
  }

  /**
   * Whether nobody can be a member that this one does not know. Who tells a newcomer where to begin
   * is in its ring by then. So as long as all were in an older one when they came to an era, no
   * newcomer begins before it.
   */
  private boolean knowsMembers() {
    for (Progress other : others.values()) {
      if (other.epoch() > epoch) {
        return false;
      }
    }
    return epoch != UNKNOWN;
  }

  /** Those without whom this member goes no further: that lag behind, or have not settled. */
  public List<NodeId> heldUpBy() {
    var behind = new ArrayList<NodeId>();
    others.forEach(
        (member, progress) -> {
          if (progress.era() < current || progress.settled() < current - 3) {
            behind.add(member);
          }
        });
    return behind;
  }

  /** Whether somebody has begun the next era. */
  public boolean isBehind() {
    for (Progress other : others.values()) {
      if (other.era() > current) {
        return true;
      }
    }
    return false;
  }

  /** This member has the next era on its disk. */
  public void adopted(long era) {
    current = Math.max(current, era);
    close();
  }

  /** To be stored with what is forgotten: what is closed stays so, also after a start. */
  public Mutation closedMutation() {
    return new Mutation(Table.METADATA, StorageKey.CLOSED_ERA, encode(closed));
  }

  public static Bytes encode(long era) {
    return new ByteWriter().i64(era).checksumFrom(0).toBytes();
  }

  private static long decode(@Nullable Bytes encoded, long absent) throws MalformedException {
    if (encoded == null) {
      return absent;
    }
    var in = new ByteReader(encoded.array());
    long era = in.i64();
    in.verifyChecksumFrom(0);
    in.end();
    return era;
  }

  private void close() {
    if (!knowsMembers()) {
      return;
    }
    long least = settled();
    for (Progress other : others.values()) {
      least = Math.min(least, other.settled());
    }
    closed = Math.max(closed, least);
  }
}
