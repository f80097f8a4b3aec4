package io.flywheel.simulator.workload;

import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Write;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.version.Dot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One put or delete of one client: what it wants to write, what its client had read by then, and
 * what became of it as far as anybody can tell. The value that it writes names it.
 */
public final class Operation {
  private final int number;
  private final Key key;
  private final NamespaceSettings namespace;
  private final Write write;
  private final BitSet known;
  private final boolean readsItself;
  private final long ttlMillis;
  private final @Nullable RequestId id;

  private final List<Attempt> attempts = new ArrayList<>(1);
  private final List<Dot> dots = new ArrayList<>(1);
  private final TreeMap<Integer, NodeId> holders = new TreeMap<>();
  private final TreeSet<NodeId> bereft = new TreeSet<>();
  private final TreeSet<NodeId> everBereft = new TreeSet<>();
  private final TreeMap<NodeId, Zone> everHeld = new TreeMap<>();
  private boolean destroyed;
  private boolean leftWithLast;

  /**
   * @param known the operations that its context covers, and all that those had replaced
   * @param readsItself whether the node reads before it writes
   * @param ttlMillis 0 for none
   */
  Operation(
      int number,
      Key key,
      NamespaceSettings namespace,
      Write write,
      BitSet known,
      boolean readsItself,
      long ttlMillis,
      @Nullable RequestId id) {
    this.number = number;
    this.key = key;
    this.namespace = namespace;
    this.write = write;
    this.known = known;
    this.readsItself = readsItself;
    this.ttlMillis = ttlMillis;
    this.id = id;
  }

  public int number() {
    return number;
  }

  public Key key() {
    return key;
  }

  public NamespaceSettings namespace() {
    return namespace;
  }

  public Write write() {
    return write;
  }

  public boolean isDelete() {
    return write.tombstone();
  }

  /** Whether its value ends by itself. */
  public boolean expires() {
    return !isDelete() && (ttlMillis > 0 || namespace.ttlMillis() > 0);
  }

  /** Whether readers are shown it for as long as nothing replaces it. */
  public boolean isVisible() {
    return !isDelete() && !expires();
  }

  public long ttlMillis() {
    return ttlMillis;
  }

  public @Nullable RequestId id() {
    return id;
  }

  /** Whether its client had read that operation, or something that had replaced it. */
  public boolean knew(Operation other) {
    return known.get(other.number);
  }

  /**
   * Whether it may rightly have replaced that operation. A deletion without a context reads one
   * itself, so it may replace whatever is there.
   */
  public boolean mayReplace(Operation other) {
    return knew(other) || (readsItself && other != this);
  }

  BitSet known() {
    return known;
  }

  /** The numbers of all operations that it knew. */
  public BitSet everythingKnown() {
    return (BitSet) known.clone();
  }

  // --- what became of it
  // --------------------------------------------------------------------------

  public List<Attempt> attempts() {
    return attempts;
  }

  /** Each dot that it was found under; more than one when it was retried. */
  public List<Dot> dots() {
    return dots;
  }

  /** Whether it was ever found in a record. */
  public boolean applied() {
    return !dots.isEmpty();
  }

  public boolean acknowledged() {
    for (var attempt : attempts) {
      if (attempt.outcome() instanceof Outcome.Written) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is durable on this machine, as far as is known. */
  public boolean isHeldBy(int machine) {
    return holders.containsKey(machine);
  }

  /** The nodes on which it has been durable at some time, and where they stood. */
  public SortedMap<NodeId, Zone> everHeld() {
    return Collections.unmodifiableSortedMap(everHeld);
  }

  public void heldBy(int machine, NodeId node, Zone zone) {
    holders.put(machine, node);
    bereft.remove(node);
    everHeld.put(node, zone);
  }

  /**
   * A node removed its copy, which was one too many: those it was kept for have had theirs. A fault
   * may have destroyed one of these before the removal was on disk. Where acknowledgements do not
   * wait for the disk, the others may still lose theirs.
   *
   * @param keptFor to whom the copy was owed while it was there
   */
  public void releasedBy(int machine, Collection<NodeId> keptFor, boolean durable) {
    boolean wasLast = holders.remove(machine) != null && holders.isEmpty();
    boolean wasPaid = everHeld.keySet().containsAll(keptFor);
    boolean lostSince = wasPaid && keptFor.stream().anyMatch(bereft::contains);
    destroyed |= wasLast && (lostSince || !durable);
  }

  /** A fault destroyed a copy; with the last one the operation may be gone. */
  public void lostBy(int machine) {
    var node = holders.remove(machine);
    if (node != null) {
      bereft.add(node);
      everBereft.add(node);
      destroyed |= holders.isEmpty();
    }
  }

  /** A machine has left with a copy, which others had no need of; faults may have taken theirs. */
  public void leftWith(int machine) {
    boolean wasLast = holders.remove(machine) != null && holders.isEmpty();
    destroyed |= wasLast && !bereft.isEmpty();
    leftWithLast |= wasLast;
  }

  /** Whether at some time nobody but a machine that left had a copy. */
  public boolean leftWithLast() {
    return leftWithLast;
  }

  /**
   * To how many nodes' copies a fault has happened, whether they have another one or not; to those
   * of {@code lost}, too, whether they ever had one or not.
   */
  public int everBereft(Collection<NodeId> lost) {
    var all = new TreeSet<>(everBereft);
    all.addAll(lost);
    return all.size();
  }

  /** Whether faults have at some time destroyed every durable copy. */
  public boolean destroyed() {
    return destroyed;
  }

  @Override
  public String toString() {
    return (isDelete() ? "delete " : "put ") + number + " of " + key;
  }
}
