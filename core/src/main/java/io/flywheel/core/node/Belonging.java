package io.flywheel.core.node;

import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.MalformedException;
import io.flywheel.core.model.NamespaceSettings;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a data directory is the one that a configuration means. What never changes has to be the
 * same in both. What the cluster may have changed since is taken from the directory: a file that is
 * older than the change is no mistake, and whoever wrote a newer one is told what counts.
 */
final class Belonging {
  private Belonging() {}

  /**
   * @param departed whether this node has left its cluster by its own wish
   * @throws MalformedException if the node must not start like this
   */
  static void check(Cluster stored, NodeId self, boolean departed, NodeConfig config)
      throws MalformedException {
    var member = stored.member(self);
    var farewell = Farewell.of(self, stored, stored, departed);
    if (farewell == Farewell.LEFT) {
      return;
    }
    if (farewell == Farewell.LOST || stored.removed().contains(self)) {
      throw new MalformedException(farewell.reason());
    }
    if (member == null || !member.name().equals(config.name())) {
      throw new MalformedException(
          "the data directory belongs to node "
              + (member == null ? self : member.name())
              + ", not to "
              + config.name());
    }
    var settings = config.settings();
    if (stored.settings() != settings.fingerprint()) {
      throw new MalformedException(
          "the data directory was formed with other cluster settings: cluster and partitions"
              + " cannot be changed");
    }
    String contradiction = stored.records().contradiction(settings.namespaces());
    if (!contradiction.isEmpty()) {
      throw new MalformedException(contradiction + ", where that never changes");
    }
  }

  /** Where a configuration says something else than the cluster, which counts. */
  static List<String> differences(Cluster stored, ClusterSettings configured) {
    var inForce = stored.records();
    var differences = new ArrayList<>(ofCopies(stored, configured));
    for (NamespaceSettings namespace : configured.namespaces()) {
      var present = inForce.namespace(namespace.name());
      if (present == null) {
        differences.add(
            "namespace "
                + namespace.name()
                + " is configured, and the cluster does not have it: only 'flywheel namespace"
                + " create "
                + namespace.name()
                + "' makes one");
      } else if (!present.equals(namespace)) {
        differences.add(
            "namespace "
                + namespace.name()
                + " is configured with other settings than the cluster's, which count: only"
                + " 'flywheel namespace set' changes them");
      }
    }
    if (!inForce.limits().equals(configured.records().limits())) {
      differences.add(
          "other limits are configured than the cluster's, which count: " + inForce.limits());
    }
    return differences;
  }

  /** The same of the number of copies alone, to which R and W have to fit. */
  static List<String> ofCopies(Cluster stored, ClusterSettings configured) {
    var copies = stored.ring().replication();
    if (copies.equals(configured.replication())) {
      return List.of();
    }
    var differences = new ArrayList<String>();
    differences.add(
        "replication "
            + configured.replication()
            + " is configured, and the cluster has "
            + copies
            + ", which counts: only 'flywheel replication' changes it");
    var quorum = configured.quorum();
    if (!quorum.overlaps(copies.n())) {
      differences.add(
          "of %d copies the configured R, %s, and W, %s, need not meet: reads may miss writes"
              .formatted(copies.n(), quorum.reads(), quorum.writes()));
    }
    return differences;
  }
}
