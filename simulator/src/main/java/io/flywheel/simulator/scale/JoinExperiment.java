package io.flywheel.simulator.scale;

import io.flywheel.core.effect.StorageKey;
import io.flywheel.core.effect.Table;
import io.flywheel.core.membership.Identity;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Partition;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Measures how long it takes to join a cluster of many nodes, and what is sent for it: whole nodes,
 * with one small record for each partition, so that what is left is agreeing, telling everybody,
 * and asking for copies. How long the copies themselves take is their size over the throttle.
 */
public final class JoinExperiment {
  private static final int COPIES = 3;
  private static final long CLUSTER_ID = 4711;
  private static final long STEP_MILLIS = 200;
  private static final long SETTLING_MILLIS = 20_000;
  private static final long PATIENCE_MILLIS = 600_000;

  /** Of the cluster before; then follow joining, ready, and done. */
  private static final long FIRST_EPOCH = 1;

  private static final long LAST_EPOCH = FIRST_EPOCH + 3;

  /**
   * What was measured.
   *
   * @param gained copies that the new node gets
   * @param joiningMillis until everybody knew that it joins, from its asking on
   * @param readyMillis until everybody knew that it has its copies
   * @param doneMillis until everybody knew that it is a member like all others
   * @param bytesPerNode of all messages but those about members, in all that time
   * @param bytesByKind the same of all nodes together
   */
  public record Figures(
      int nodes,
      int partitions,
      int gained,
      long joiningMillis,
      long readyMillis,
      long doneMillis,
      long bytesPerNode,
      Map<String, Long> bytesByKind) {
    public static final String HEADER =
        "nodes  partitions  copies gained  all know, s  all copies, s  done, s  bytes per node";

    public String toText() {
      return String.format(
          Locale.ROOT,
          "%5d  %10d  %13d  %11.1f  %13.1f  %7.1f  %14d",
          nodes,
          partitions,
          gained,
          joiningMillis / 1000.0,
          readyMillis / 1000.0,
          doneMillis / 1000.0,
          bytesPerNode);
    }
  }

  private final WholeNodes nodes = new WholeNodes();
  private final SplittableRandom random;
  private final int count;
  private final int partitions;

  private JoinExperiment(int count, long seed) {
    this.count = count;
    random = new SplittableRandom(seed);
    partitions = Partition.countFor(count);
    var members = new ArrayList<Member>();
    for (String name : ReplicaCluster.names(count)) {
      var id = new NodeId(random.nextLong());
      members.add(new Member(id, name, name + ":1", name + ":2", Zone.DEFAULT, 1));
    }
    start(members);
  }

  /** All with the same cluster on their disks, and the records that they own in it. */
  private void start(List<Member> members) {
    var settings = ReplicaCluster.settings(partitions);
    var owners =
        members.stream()
            .map(each -> new RingMember(each.id(), each.zone(), each.weight()))
            .toList();
    var ring = Placement.form(owners, partitions, COPIES);
    var cluster =
        Cluster.formed(CLUSTER_ID, settings.fingerprint(), settings.records(), members, ring);
    var encoded = cluster.encode();
    var data = dealt(ring);
    var names = ReplicaCluster.names(count);
    for (Member member : members) {
      var disk = new EnumMap<Table, NavigableMap<Bytes, Bytes>>(Table.class);
      var metadata = new TreeMap<Bytes, Bytes>();
      metadata.put(StorageKey.IDENTITY, new Identity(member.id(), 0, 0, 0, 0).encode());
      metadata.put(StorageKey.CLUSTER, encoded);
      disk.put(Table.METADATA, metadata);
      disk.put(Table.DATA, data.getOrDefault(member.id(), new TreeMap<>()));
      nodes.start(ReplicaCluster.config(member.name(), settings, names), disk, random.split());
    }
  }

  private Map<NodeId, NavigableMap<Bytes, Bytes>> dealt(Ring ring) {
    var records = ReplicaCluster.records(partitions, random);
    var dealt = new HashMap<NodeId, NavigableMap<Bytes, Bytes>>();
    for (int i = 0; i < partitions; i++) {
      var key = ReplicaCluster.key(i);
      var place = StorageKey.ofRecord(key);
      for (NodeId owner : ring.replicas(Partition.of(key, partitions))) {
        dealt.computeIfAbsent(owner, _ -> new TreeMap<>()).put(place, records.get(place));
      }
    }
    return dealt;
  }

  /** One node joins so many. */
  public static Figures run(int nodes, long seed) {
    return new JoinExperiment(nodes, seed).run();
  }

  private Figures run() {
    nodes.pass(SETTLING_MILLIS);
    var settings = ReplicaCluster.settings(partitions);
    var newcomer =
        nodes.start(
            ReplicaCluster.config("node-" + (count + 1), settings, List.of()),
            new EnumMap<>(Table.class),
            random.split());
    nodes.pass(SETTLING_MILLIS);
    var answers = new ArrayList<RingAnswer>();
    nodes.drainBytes();
    long since = nodes.nowMillis();
    newcomer.node().join(nodes.now(), null, answers::add);
    long joining = reached(FIRST_EPOCH + 1) - since;
    long ready = reached(FIRST_EPOCH + 2) - since;
    long done = reached(LAST_EPOCH) - since;
    if (!answers.equals(List.of(new RingAnswer.Accepted(FIRST_EPOCH + 1)))) {
      throw new IllegalStateException("joining came to " + answers);
    }
    var bytesByKind = nodes.drainBytes();
    long bytes = bytesByKind.values().stream().mapToLong(Long::longValue).sum();
    return new Figures(
        count, partitions, owned(newcomer), joining, ready, done, bytes / (count + 1), bytesByKind);
  }

  private int owned(ReplicaMachine machine) {
    var ring = machine.node().view(nodes.now()).ring();
    return ring == null ? 0 : ring.ownership().getOrDefault(machine.node().id(), 0);
  }

  /** When the last of all nodes is in that epoch, or a later one. */
  private long reached(long epoch) {
    long since = nodes.nowMillis();
    while (!nodes.machines().stream().allMatch(machine -> epoch(machine) >= epoch)) {
      if (nodes.nowMillis() - since > PATIENCE_MILLIS) {
        throw new IllegalStateException("not all have come to epoch " + epoch);
      }
      nodes.pass(STEP_MILLIS);
    }
    return nodes.nowMillis();
  }

  private long epoch(ReplicaMachine machine) {
    return machine.node().view(nodes.now()).changes().epoch();
  }

  /** Prints the figures of all sizes as they come. */
  public static void print(PrintStream out, List<Integer> sizes) {
    out.println(Figures.HEADER);
    for (int size : sizes) {
      out.println(run(size, 1).toText());
    }
  }
}
