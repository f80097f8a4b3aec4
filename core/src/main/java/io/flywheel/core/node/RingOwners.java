package io.flywheel.core.node;

import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.replica.Owners;
import java.util.List;

/** Who owns a key by the ring that this node belongs to; nobody before there is one. */
final class RingOwners implements Owners {
  private final MembershipDesk membership;
  private final FormerPartitions former;

  RingOwners(MembershipDesk membership, FormerPartitions former) {
    this.membership = membership;
    this.former = former;
  }

  @Override
  public List<NodeId> of(Key key) {
    var peers = membership.peers();
    return peers == null ? List.of() : peers.writers(key);
  }

  @Override
  public boolean isOwn(Key key) {
    var peers = membership.peers();
    return peers != null && peers.isOwn(key);
  }

  @Override
  public boolean isOwnForNow(Key key) {
    var peers = membership.peers();
    var beside = peers == null ? null : peers.ownersBeside(key);
    return peers != null && beside != null && beside.contains(peers.self()) != peers.isReader(key);
  }

  @Override
  public boolean isFilling(Key key) {
    var peers = membership.peers();
    return peers != null && peers.isFilling() && peers.fills(peers.self(), key);
  }

  @Override
  public boolean isFormer(Key key) {
    var peers = membership.peers();
    return peers != null && former.contains(peers.ring().partition(key).index()) && !isOwn(key);
  }
}
