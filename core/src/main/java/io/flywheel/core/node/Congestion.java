package io.flywheel.core.node;

import io.flywheel.core.handoff.BackgroundBudget;
import io.flywheel.core.replica.LocalReplica;

/** How clients fare at this node. */
final class Congestion implements BackgroundBudget.Signal {
  private final LocalReplica replica;
  private final WaitingLine line;
  private final ReplicaDesk desk;

  Congestion(LocalReplica replica, WaitingLine line, ReplicaDesk desk) {
    this.replica = replica;
    this.line = line;
    this.desk = desk;
  }

  @Override
  public boolean requestsLag() {
    return replica.lagsBehind() || line.stands();
  }

  @Override
  public boolean isSlowerThanUsual() {
    return replica.isSlowerThanUsual();
  }

  @Override
  public boolean isServing() {
    return line.isInUse() || desk.isInUse();
  }
}
