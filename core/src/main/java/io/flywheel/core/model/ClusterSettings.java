package io.flywheel.core.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;

/**
 * What a node is configured to believe of its cluster. Its name and its partitions are compared
 * with every message, by their fingerprint. The rest only begins with what is configured at
 * formation: once there is a cluster, its {@link RecordSettings} count, and the copies that its
 * ring has.
 */
public final class ClusterSettings {
  private final String cluster;
  private final int partitions;
  private final Quorum quorum;
  private final Replication replication;
  private final List<NamespaceSettings> namespaces;
  private final RecordSettings records;
  private final long fingerprint;

  public ClusterSettings(
      String cluster,
      int partitions,
      Quorum quorum,
      Limits limits,
      Collection<NamespaceSettings> namespaces) {
    this(cluster, partitions, Replication.spread(quorum.n()), quorum, limits, namespaces);
  }

  /** The same, with numbers of copies for data centres; n is their sum. */
  public ClusterSettings(
      String cluster,
      int partitions,
      Replication replication,
      Quorum quorum,
      Limits limits,
      Collection<NamespaceSettings> namespaces) {
    if (replication.n() != quorum.n()) {
      throw new IllegalArgumentException(
          replication + " are " + replication.n() + " copies, not " + quorum.n());
    }
    this.cluster = cluster;
    this.partitions = partitions;
    this.quorum = quorum;
    this.replication = replication;
    this.namespaces = List.copyOf(namespaces);
    this.records = RecordSettings.of(limits, namespaces);
    this.fingerprint = digest(new ByteWriter().text(cluster).varint(partitions));
  }

  public String cluster() {
    return cluster;
  }

  public int partitions() {
    return partitions;
  }

  /** N, and the R and W of requests that do not say. */
  public Quorum quorum() {
    return quorum;
  }

  /** N, and where these copies stand, in a cluster that is formed with these settings. */
  public Replication replication() {
    return replication;
  }

  /** The namespaces that are named; there are two more. */
  public List<NamespaceSettings> namespaces() {
    return namespaces;
  }

  /** What a cluster begins with that is formed with these settings. */
  public RecordSettings records() {
    return records;
  }

  /** A digest of what never changes and two nodes must agree on; R and W are only defaults. */
  public long fingerprint() {
    return fingerprint;
  }

  /** A digest of what a cluster begins with, and may change later. */
  public long beginning() {
    var out = new ByteWriter();
    records.write(out);
    replication.write(out.varint(replication.n()));
    return digest(out);
  }

  private static long digest(ByteWriter written) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(written.toByteArray());
      return new ByteReader(digest).i64();
    } catch (NoSuchAlgorithmException | MalformedException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
