package io.flywheel.core.node;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Owners;
import java.util.List;

/** Who owns a key by the ring that this node belongs to; nobody before there is one. */
final class RingOwners implements Owners {
  private final MembershipDesk membership;

  RingOwners(MembershipDesk membership) {
    this.membership = membership;
  }

  @Override
  public List<NodeId> of(Key key) {
    var peers = membership.peers();
    return peers == null ? List.of() : peers.primaries(key);
  }

  @Override
  public boolean isOwn(Key key) {
    var peers = membership.peers();
    return peers != null && peers.isReplica(key);
  }
}
