package io.flywheel.core.node;

import io.flywheel.core.coordinate.ReadRepair;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.replica.ActorLease;
import io.flywheel.core.replica.KeyWork;
import io.flywheel.core.replica.LocalReplica;

/** What there is to see of a node, from all of its parts. */
record Portrait(
    String name,
    ActorLease lease,
    MembershipDesk membership,
    Eras eras,
    ReadRepair repair,
    DamageReports damage,
    ClientDesk clients,
    Upkeep upkeep,
    KeyWork work,
    LocalReplica replica,
    InFlight inFlight) {
  NodeView take() {
    var cluster = membership.cluster();
    return new NodeView(
        lease.identity().id(),
        name,
        membership.waitingFor().isEmpty(),
        membership.waitingFor(),
        cluster == null ? 0 : cluster.id(),
        lease.identity().startId(),
        lease.incarnation(),
        membership.roster().views(),
        cluster == null ? null : cluster.ring(),
        counters(),
        upkeep.antiEntropy(),
        inFlight.requests(),
        upkeep.debts().waitingByOwner(),
        upkeep.losers(),
        replica.isFull(),
        new EraView(eras.current(), eras.closed(), membership.roster().heldUpBy()),
        upkeep.transfers(),
        membership.changes(),
        membership.records());
  }

  private NodeCounters counters() {
    return new NodeCounters(
        repair.repairs(),
        damage.unreadable(),
        damage.lost(),
        clients.tombstonesWritten(),
        clients.siblingsFound(),
        upkeep.debts().waiting(),
        upkeep.debts().bytes(),
        upkeep.debtsPaid(),
        work.reapedKeys(),
        work.shedEntries());
  }
}
