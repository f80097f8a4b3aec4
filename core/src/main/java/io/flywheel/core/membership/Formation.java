package io.flywheel.core.membership;

import io.flywheel.core.message.Message.Announce;
import io.flywheel.core.message.Message.Formed;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster comes to be, once. All initial members announce themselves to each other; when the
 * one with the smallest name has heard every other, all with the same list, it deals the first ring
 * and draws the cluster's id. It stores both before it tells anyone, so there is never a second
 * proposal; the others store what they are told and serve.
 *
 * <p>A decider: it says what should happen, and the node does it. The settings that never change
 * were compared before an announcement gets here.
 */
public final class Formation {
  /** What a node does about a cluster that it was told of. */
  public sealed interface Verdict {
    /** Store it and serve. */
    record Adopt(Cluster cluster) implements Verdict {}

    /** Not a cluster that these settings can have made. */
    record Ignore(String reason) implements Verdict {}

    /** Stop: this directory is no member of it. */
    record Stop(String reason) implements Verdict {}
  }

  private final Member self;
  private final ClusterSettings settings;
  private final TreeSet<String> expected;
  private final TreeMap<String, Member> announced = new TreeMap<>();
  private String obstacle = "";

  public Formation(Member self, ClusterSettings settings, List<String> initialMembers) {
    this.self = self;
    this.settings = settings;
    this.expected = new TreeSet<>(initialMembers);
    announced.put(self.name(), self);
  }

  public void announced(Announce announce) {
    var member = announce.member();
    if (!expected.equals(new TreeSet<>(announce.initialMembers()))) {
      obstacle = member.name() + " has other initial-members: " + announce.initialMembers();
      return;
    }
    if (!expected.contains(member.name())) {
      obstacle = member.name() + " is not among the initial-members";
      return;
    }
    if (announce.beginning() != settings.beginning()) {
      obstacle = member.name() + " has another replication, other limits or namespaces";
      return;
    }
    var known = announced.get(member.name());
    if (known != null && known.id().equals(self.id()) && !member.id().equals(self.id())) {
      obstacle = "another node has the name " + self.name();
      return;
    }
    obstacle = "";
    announced.put(member.name(), member);
  }

  /** What a member announced counts only while it can be reached. */
  public void gone(NodeId member) {
    announced.values().removeIf(known -> known.id().equals(member) && !known.equals(self));
  }

  /** The cluster to propose, or null while it is not for this node or not yet. */
  public @Nullable Cluster propose(long clusterId) {
    if (!isProposer() || announced.size() < expected.size()) {
      return null;
    }
    var members = new ArrayList<>(announced.values());
    var identities = new TreeSet<Long>();
    members.forEach(member -> identities.add(member.id().value()));
    if (identities.size() < members.size()) {
      obstacle = "two members have the same identity: one directory was copied from another";
      return null;
    }
    var ringMembers = ringMembers();
    if (!Placement.objection(ringMembers, settings.replication()).isEmpty()) {
      return null;
    }
    var ring = Placement.form(ringMembers, settings.partitions(), settings.replication());
    return Cluster.formed(clusterId, settings.fingerprint(), settings.records(), members, ring);
  }

  private List<RingMember> ringMembers() {
    return announced.values().stream()
        .map(member -> new RingMember(member.id(), member.zone(), member.weight()))
        .toList();
  }

  private boolean isProposer() {
    return !expected.isEmpty() && expected.first().equals(self.name());
  }

  public Verdict told(Formed formed) {
    return told(
        Cluster.formed(
            formed.clusterId(),
            settings.fingerprint(),
            formed.records(),
            formed.members(),
            formed.ring()));
  }

  /** A cluster has been formed, and may have changed since. */
  public Verdict told(Cluster cluster) {
    if (!isSound(cluster, settings)) {
      return new Verdict.Ignore("told of a cluster that contradicts itself or these settings");
    }
    if (cluster.member(self.id()) != null) {
      return new Verdict.Adopt(cluster);
    }
    if (cluster.removed().contains(self.id())) {
      return new Verdict.Stop(
          "the identity of this data directory was removed from the cluster: start with an empty"
              + " one");
    }
    if (expected.isEmpty()) {
      return new Verdict.Ignore("no member of the cluster yet: use 'flywheel join'");
    }
    if (cluster.named(self.name()) != null) {
      return new Verdict.Stop(
          "the cluster knows "
              + self.name()
              + " with another data directory; an empty one cannot slip into its place: bring the"
              + " old directory back, or start it without initial-members and use 'flywheel replace"
              + " "
              + self.name()
              + " --node "
              + self.clientAddress()
              + "'");
    }
    return new Verdict.Stop(
        "the cluster was formed without " + self.name() + "; use 'flywheel join'");
  }

  /** Whether a cluster that came from outside is one that these settings can have made. */
  public static boolean isSound(Cluster cluster, ClusterSettings settings) {
    var open = cluster.transition();
    var next = open == null ? cluster.ring() : open.next();
    var identities = new TreeSet<NodeId>();
    var names = new TreeSet<String>();
    for (Member member : cluster.members()) {
      boolean sameName = !names.add(member.name());
      if (sameName && open == null) {
        return false;
      }
      boolean owns = cluster.ring().contains(member.id()) || next.contains(member.id());
      if (!owns || !identities.add(member.id()) || cluster.removed().contains(member.id())) {
        return false;
      }
    }
    return cluster.id() != 0
        && cluster.lost().stream().allMatch(cluster.ring()::contains)
        && cluster.settings() == settings.fingerprint()
        && cluster.epoch() > 0
        && isSound(cluster.ring(), identities, settings)
        && isSound(next, identities, settings);
  }

  private static boolean isSound(Ring ring, Set<NodeId> members, ClusterSettings settings) {
    return ring.partitions() == settings.partitions()
        && ring.members().stream().allMatch(member -> members.contains(member.id()));
  }

  /** What is still missing, for an operator. */
  public String waitingFor() {
    if (!obstacle.isEmpty()) {
      return obstacle;
    }
    var missing = new TreeSet<>(expected);
    missing.removeAll(announced.keySet());
    if (!missing.isEmpty()) {
      return "members " + missing;
    }
    String objection = Placement.objection(ringMembers(), settings.replication());
    return objection.isEmpty() ? expected.first() + " to form the cluster" : "others: " + objection;
  }
}
