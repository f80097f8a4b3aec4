package io.flywheel.core.membership;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Effect.Severity;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.model.NodeId;

/** Tells operators when a member comes or goes, and why. */
final class StateChanges {
  private final MembershipTable table;
  private final Outbox outbox;

  StateChanges(MembershipTable table, Outbox outbox) {
    this.table = table;
    this.outbox = outbox;
  }

  void review(long nowMillis) {
    table
        .observations()
        .forEach(
            (member, observation) -> {
              var state = MembershipTable.state(observation, nowMillis);
              if (state != observation.stateTold()) {
                observation.told(state);
                tell(member, state, nowMillis);
              }
            });
  }

  private void tell(NodeId member, Liveness state, long nowMillis) {
    String reason = table.reason(member, nowMillis);
    var severity = state == Liveness.ALIVE ? Severity.INFO : Severity.WARNING;
    String text = table.name(member) + " is " + state + (reason.isEmpty() ? "" : ": " + reason);
    outbox.add(new Effect.Report(severity, text));
  }
}
