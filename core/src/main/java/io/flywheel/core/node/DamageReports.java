package io.flywheel.core.node;

import io.flywheel.core.coordinate.Arbitration;
import io.flywheel.core.coordinate.Recovery;
import io.flywheel.core.model.Key;
import io.flywheel.core.replica.LocalReplica;
import org.jspecify.annotations.Nullable;

/** Counts and reports what a disk has lost, and has it fetched from the other replicas. */
final class DamageReports implements LocalReplica.Damage {
  private final MembershipDesk membership;
  private final Reports reports;
  private @Nullable Recovery recovery;
  private @Nullable Arbitration arbitration;
  private long unreadable;
  private long lost;

  DamageReports(MembershipDesk membership, Reports reports) {
    this.membership = membership;
    this.reports = reports;
  }

  /** Once the replica is there from which it begins. */
  void recoverBy(Recovery how, Arbitration who) {
    recovery = how;
    arbitration = who;
  }

  /** Records that could not be read. */
  long unreadable() {
    return unreadable;
  }

  /** Records that others proved to have been here once. */
  long lost() {
    return lost;
  }

  @Override
  public void unreadable(Key key, String reason) {
    unreadable++;
    reports.warnOnce("the record of " + key + " cannot be read: " + reason);
    var peers = membership.peers();
    if (peers != null && recovery != null) {
      recovery.unreadable(peers, key);
    }
  }

  @Override
  public void lost(Key key) {
    lost++;
    reports.warn("this node has lost writes of " + key + " that it once held");
    var peers = membership.peers();
    if (peers != null && recovery != null) {
      recovery.incomplete(peers, key);
    }
  }

  @Override
  public void contradicted(Key key) {
    reports.warnOnce("replicas hold different values of one write of " + key);
    var peers = membership.peers();
    boolean settles = peers != null && (peers.isReader(key) || peers.fills(peers.self(), key));
    if (peers != null && arbitration != null && settles) {
      arbitration.contradicted(peers, key);
    }
  }
}
