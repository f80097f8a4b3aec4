package io.flywheel.client;

import io.flywheel.api.v1.Topology;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who replicates which keys, as of one epoch. A key's hash, read as a fraction of the whole ring,
 * times the number of partitions is its partition.
 */
final class Ring {
  private static final MessageDigest MD5 = md5();

  private final long epoch;
  private final int n;
  private final int partitions;
  private final List<Member> members;
  private final int[] replicas;

  private Ring(long epoch, int n, int partitions, List<Member> members, int[] replicas) {
    this.epoch = epoch;
    this.n = n;
    this.partitions = partitions;
    this.members = members;
    this.replicas = replicas;
  }

  /**
   * @param address empty where it cannot be reached
   */
  record Member(String name, String address, boolean alive, String datacenter) {}

  /** Before the cluster has said anything. */
  static Ring unknown() {
    return new Ring(0, 0, 0, List.of(), new int[0]);
  }

  /** What this ring becomes by an answer to the question what has changed since its epoch. */
  Ring learn(Topology topology) {
    List<Member> told =
        topology.getNodesList().stream()
            .map(
                node ->
                    new Member(
                        node.getName(),
                        NodeAddress.isUsable(node.getAddress()) ? node.getAddress() : "",
                        node.getAlive(),
                        node.getDatacenter()))
            .toList();
    if (topology.getEpoch() == epoch) {
      return withLiveness(told);
    }
    int places = topology.getPartitions() * topology.getN();
    boolean whole = places > 0 && topology.getReplicasCount() == places;
    if (topology.getEpoch() < epoch || !whole) {
      return this; // A node that is behind.
    }
    int[] replicas = topology.getReplicasList().stream().mapToInt(Integer::intValue).toArray();
    for (int replica : replicas) {
      if (replica < 0 || replica >= told.size()) {
        return this;
      }
    }
    return new Ring(topology.getEpoch(), topology.getN(), topology.getPartitions(), told, replicas);
  }

  /** Places are another node's, so only names count. */
  private Ring withLiveness(List<Member> told) {
    Map<String, Member> byName = new HashMap<>();
    told.forEach(member -> byName.put(member.name(), member));
    List<Member> now =
        members.stream().map(member -> byName.getOrDefault(member.name(), member)).toList();
    return new Ring(epoch, n, partitions, now, replicas);
  }

  long epoch() {
    return epoch;
  }

  boolean isKnown() {
    return epoch > 0;
  }

  /** Replicas of each key. */
  int n() {
    return n;
  }

  List<Member> members() {
    return members;
  }

  int partitions() {
    return partitions;
  }

  /** In the order of the preference list. */
  List<Member> replicas(int partition) {
    List<Member> found = new ArrayList<>(n);
    int first = partition * n;
    for (int i = first; i < first + n; i++) {
      found.add(members.get(replicas[i]));
    }
    return found;
  }

  int partition(String namespace, byte[] key) {
    return partition(hash(namespace, key), partitions);
  }

  /** The upper half of hash times partitions; the hash is unsigned. */
  static int partition(long hash, int partitions) {
    return (int) (Math.multiplyHigh(hash, partitions) + (hash >> 63 & partitions));
  }

  private static long hash(String namespace, byte[] key) {
    try {
      var md5 = (MessageDigest) MD5.clone();
      byte[] name = namespace.getBytes(StandardCharsets.UTF_8);
      md5.update((byte) name.length);
      md5.update(name);
      byte[] digest = md5.digest(key);
      long hash = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        hash = hash << 8 | (digest[i] & 0xff);
      }
      return hash;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("an MD5 that cannot be copied", e);
    }
  }

  /** Looking it up takes longer than the hash of a key does. */
  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
