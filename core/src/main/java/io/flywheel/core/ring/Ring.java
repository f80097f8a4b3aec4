package io.flywheel.core.ring;

import io.flywheel.core.model.ByteReader;
import io.flywheel.core.model.ByteWriter;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Replication;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what, as of one epoch: immutable.
 *
 * <p>Dynamo's strategy 3 (section 6.2): the ring is cut into Q equal partitions for good, so that
 * each has a stable Merkle tree and moving one is moving one range of keys. Unlike in the paper a
 * partition's replicas are not computed from its neighbours: it keeps its own ordered list, and a
 * change of members rewrites only the lists from which copies must move ({@link Placement}).
 *
 * <p>Lists are kept as one array of 16-bit numbers of members, sorted by id: 65,536 partitions with
 * three replicas take 384 KiB whatever the number of nodes, and looking one up touches one place.
 * The array is written as it is, after the members; equal rings have equal bytes, and the digest is
 * taken over these.
 */
public final class Ring {
  /** The most members that a ring can number. */
  public static final int MOST_MEMBERS = 65_535;

  /** The largest n. */
  public static final int MOST_REPLICAS = 16;

  private static final int FORMAT = 1;

  /** The same with numbers of copies for data centres. */
  private static final int FORMAT_BY_DATACENTER = 2;

  private final long epoch;
  private final int partitions;
  private final int n;
  private final Replication replication;
  private final RingMember[] members;
  private final short[] replicas;
  private final long digest;
  private final boolean spansDatacenters;

  /**
   * Takes ownership of both arrays.
   *
   * @param members in ascending order of their ids
   * @param replicas for each partition in turn the numbers of its n members
   */
  Ring(
      long epoch, int partitions, Replication replication, RingMember[] members, short[] replicas) {
    this.epoch = epoch;
    this.partitions = partitions;
    this.n = replication.n();
    this.replication = replication;
    this.members = members;
    this.replicas = replicas;
    this.digest = digestOf(this);
    this.spansDatacenters =
        Arrays.stream(members).map(member -> member.zone().datacenter()).distinct().count() > 1;
  }

  /** Counts rings: 1 at formation, one more with each change. */
  public long epoch() {
    return epoch;
  }

  /** Q, how many equal parts the ring has. */
  public int partitions() {
    return partitions;
  }

  /** How many replicas a partition has. */
  public int n() {
    return n;
  }

  /** How many replicas a partition has, and where. */
  public Replication replication() {
    return replication;
  }

  /** All members, in ascending order of their ids. */
  public List<RingMember> members() {
    return Collections.unmodifiableList(Arrays.asList(members));
  }

  public boolean contains(NodeId node) {
    return indexOf(node) >= 0;
  }

  public @Nullable RingMember member(NodeId node) {
    int index = indexOf(node);
    return index < 0 ? null : members[index];
  }

  public Partition partition(Key key) {
    return Partition.of(key, partitions);
  }

  /** The n distinct nodes that own a partition, in order: a view, without a copy. */
  public List<NodeId> replicas(Partition partition) {
    return new Replicas(Objects.checkIndex(partition.index(), partitions) * n);
  }

  public PreferenceList preferenceList(Partition partition) {
    Objects.checkIndex(partition.index(), partitions);
    return new PreferenceList(this, partition, List.of());
  }

  /** Whether {@code node} is a primary of {@code partition}. */
  public boolean owns(NodeId node, Partition partition) {
    return replicas(partition).contains(node);
  }

  /** The partitions of which {@code node} is a primary, ascending. */
  public List<Partition> partitionsOf(NodeId node) {
    return Partition.listOf(heldBy(node));
  }

  /** The numbers of the partitions of which {@code node} is a primary. */
  BitSet heldBy(NodeId node) {
    var owned = new BitSet(partitions);
    int member = indexOf(node);
    for (int i = 0; i < replicas.length && member >= 0; i++) {
      if (replicas[i] == (short) member) {
        owned.set(i / n);
      }
    }
    return owned;
  }

  /** The numbers of the partitions that have other replicas by another ring, or more of them. */
  BitSet changed(Ring after) {
    var there = new short[members.length];
    for (int i = 0; i < members.length; i++) {
      there[i] = (short) after.indexOf(members[i].id()); // nobody's number is no member's
    }
    var changed = new BitSet(partitions);
    for (int i = 0; i < partitions; i++) {
      boolean differs = after.n > n;
      for (int j = i * n; j < (i + 1) * n && !differs; j++) {
        differs = !after.holds(i, there[Short.toUnsignedInt(replicas[j])]);
      }
      changed.set(i, differs);
    }
    return changed;
  }

  private boolean holds(int partition, short member) {
    boolean holds = false;
    for (int j = partition * n; j < (partition + 1) * n; j++) {
      holds |= replicas[j] == member;
    }
    return holds;
  }

  /** How many copies of partitions each member holds. */
  public SortedMap<NodeId, Integer> ownership() {
    return counted(1);
  }

  /** How many partitions each member is the first replica of, and so coordinates. */
  public SortedMap<NodeId, Integer> coordinators() {
    return counted(n);
  }

  /** Two views of the ring are the same if their digests are: 64 bits over everything in it. */
  public long digest() {
    return digest;
  }

  public void write(ByteWriter out) {
    boolean byDatacenter = replication.isByDatacenter();
    out.u8(byDatacenter ? FORMAT_BY_DATACENTER : FORMAT).varint(epoch).varint(partitions).varint(n);
    if (byDatacenter) {
      replication.write(out);
    }
    out.varint(members.length);
    for (RingMember member : members) {
      member.write(out);
    }
    out.u16s(replicas);
  }

  /** Reads a ring that came from outside: nothing in it is believed before it is checked. */
  public static Ring read(ByteReader in) throws MalformedException {
    int format = in.u8();
    if (format != FORMAT && format != FORMAT_BY_DATACENTER) {
      throw new MalformedException("a ring in the unknown format " + format);
    }
    long epoch = in.varint();
    if (epoch < 1) {
      throw new MalformedException("a ring's epoch is not positive");
    }
    int partitions = in.count(Partition.MOST);
    int n = in.count(MOST_REPLICAS);
    var replication =
        format == FORMAT || n == 0 ? Replication.spread(Math.max(1, n)) : readReplication(in, n);
    int count = in.count(MOST_MEMBERS);
    if (partitions == 0 || n == 0 || n > count) {
      throw new MalformedException(
          n + " replicas of " + partitions + " partitions on " + count + " members");
    }
    RingMember[] members = readMembers(in, count);
    var replicas = readReplicas(in, partitions, n, count);
    if (replication.isByDatacenter()) {
      checkDatacenters(replication, members, replicas);
    }
    return new Ring(epoch, partitions, replication, members, replicas);
  }

  static Replication readReplication(ByteReader in, int n) throws MalformedException {
    var byDatacenter = new TreeMap<String, Integer>();
    int left = n;
    for (int i = in.count(n); i > 0; i--) {
      String name = in.text(RingMember.MOST_NAME_BYTES);
      int copies = in.count(left);
      if (copies == 0 || byDatacenter.put(name, copies) != null) {
        throw new MalformedException("a data centre twice, or one without copies");
      }
      left -= copies;
    }
    if (left > 0) {
      throw new MalformedException(left + " of " + n + " replicas are in no data centre");
    }
    return Replication.of(byDatacenter);
  }

  private static void checkDatacenters(
      Replication replication, RingMember[] members, short[] replicas) throws MalformedException {
    int n = replication.n();
    for (int i = 0; i < replicas.length; i += n) {
      var found = new TreeMap<String, Integer>();
      for (int j = i; j < i + n; j++) {
        var zone = members[Short.toUnsignedInt(replicas[j])].zone();
        found.merge(zone.datacenter(), 1, Integer::sum);
      }
      if (!found.equals(replication.byDatacenter())) {
        throw new MalformedException("partition " + i / n + " stands in " + found);
      }
    }
  }

  private static RingMember[] readMembers(ByteReader in, int count) throws MalformedException {
    if (count > in.remaining() / RingMember.LEAST_BYTES) {
      throw new MalformedException("cut short: " + count + " members wanted");
    }
    var members = new RingMember[count];
    for (int i = 0; i < count; i++) {
      members[i] = RingMember.read(in);
      if (i > 0 && members[i - 1].id().compareTo(members[i].id()) >= 0) {
        throw new MalformedException("the members of a ring are out of order");
      }
    }
    return members;
  }

  private static short[] readReplicas(ByteReader in, int partitions, int n, int members)
      throws MalformedException {
    var replicas = in.u16s(partitions * n);
    for (int i = 0; i < replicas.length; i++) {
      int member = Short.toUnsignedInt(replicas[i]);
      if (member >= members) {
        throw new MalformedException("member " + member + " of " + members);
      }
      for (int j = i - i % n; j < i; j++) {
        if (replicas[j] == replicas[i]) {
          throw new MalformedException("partition " + i / n + " is twice on one member");
        }
      }
    }
    return replicas;
  }

  /** Whether members stand in more than one data centre. */
  boolean spansDatacenters() {
    return spansDatacenters;
  }

  /** Whether two nodes are members in one data centre. */
  boolean areNear(NodeId one, NodeId other) {
    var here = member(one);
    var there = member(other);
    return here != null
        && there != null
        && here.zone().datacenter().equals(there.zone().datacenter());
  }

  int memberCount() {
    return members.length;
  }

  NodeId idAt(int member) {
    return members[member].id();
  }

  int replicaAt(int partition, int slot) {
    return Short.toUnsignedInt(replicas[partition * n + slot]);
  }

  int indexOf(NodeId node) {
    return indexOf(members, node);
  }

  /** The number of a node among {@code members}, or {@link Deal#NOBODY}. */
  static int indexOf(RingMember[] members, NodeId node) {
    int low = 0;
    int high = members.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = members[middle].id().compareTo(node);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Deal.NOBODY;
  }

  private SortedMap<NodeId, Integer> counted(int step) {
    var counts = new int[members.length];
    for (int i = 0; i < replicas.length; i += step) {
      counts[Short.toUnsignedInt(replicas[i])]++;
    }
    var byId = new TreeMap<NodeId, Integer>();
    for (int i = 0; i < counts.length; i++) {
      byId.put(members[i].id(), counts[i]);
    }
    return byId;
  }

  private static long digestOf(Ring ring) {
    var out = new ByteWriter(64 + ring.members.length * 32 + ring.replicas.length * Short.BYTES);
    ring.write(out);
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
      return new ByteReader(sha).i64();
    } catch (NoSuchAlgorithmException | MalformedException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Ring that
        && epoch == that.epoch
        && partitions == that.partitions
        && replication.equals(that.replication)
        && Arrays.equals(members, that.members)
        && Arrays.equals(replicas, that.replicas);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(epoch);
  }

  @Override
  public String toString() {
    return "ring "
        + epoch
        + ": "
        + partitions
        + " partitions with copies "
        + replication
        + " on "
        + members.length
        + " members";
  }

  /** One partition's list, read in place. */
  private final class Replicas extends AbstractList<NodeId> implements RandomAccess {
    private final int offset;

    Replicas(int offset) {
      this.offset = offset;
    }

    @Override
    public NodeId get(int index) {
      Objects.checkIndex(index, n);
      return members[Short.toUnsignedInt(replicas[offset + index])].id();
    }

    @Override
    public int size() {
      return n;
    }

    // Looked up at every turn, also by code that is not compiled yet: so without an iterator.

    @Override
    public boolean contains(@Nullable Object node) {
      return indexOf(node) >= 0;
    }

    @Override
    public int indexOf(@Nullable Object node) {
      for (int i = 0; i < n; i++) {
        if (get(i).equals(node)) {
          return i;
        }
      }
      return -1;
    }
  }
}
