package io.flywheel.core.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that shape records and their placement, the same on every node of a cluster: fixed
 * at formation, compared at every handshake by their fingerprint.
 */
public final class ClusterSettings {
  private final String cluster;
  private final int partitions;
  private final Quorum quorum;
  private final Replication replication;
  private final Limits limits;
  private final TreeMap<String, NamespaceSettings> namespaces = new TreeMap<>();
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
    this.limits = limits;
    this.namespaces.put(NamespaceSettings.DEFAULT.name(), NamespaceSettings.DEFAULT);
    this.namespaces.put(NamespaceSettings.LWW.name(), NamespaceSettings.LWW);
    namespaces.forEach(namespace -> this.namespaces.put(namespace.name(), namespace));
    this.fingerprint = computeFingerprint();
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

  /** N, and where these copies stand. */
  public Replication replication() {
    return replication;
  }

  public Limits limits() {
    return limits;
  }

  public @Nullable NamespaceSettings namespace(String name) {
    return namespaces.get(name);
  }

  public List<NamespaceSettings> namespaces() {
    return Collections.unmodifiableList(new ArrayList<>(namespaces.values()));
  }

  /** A digest of everything here that two nodes must agree on; R and W are only defaults. */
  public long fingerprint() {
    return fingerprint;
  }

  private long computeFingerprint() {
    var out = new ByteWriter();
    out.text(cluster).varint(partitions).varint(quorum.n());
    out.varint(limits.valueBytes()).varint(limits.siblings()).varint(limits.objectBytes());
    for (var namespace : namespaces.values()) {
      out.text(namespace.name())
          .text(namespace.conflicts().name())
          .text(namespace.overflow().name())
          .text(namespace.blindWrites().name())
          .varint(namespace.ttlMillis());
    }
    if (replication.isByDatacenter()) {
      replication.write(out);
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
      return new ByteReader(digest).i64();
    } catch (NoSuchAlgorithmException | MalformedException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
