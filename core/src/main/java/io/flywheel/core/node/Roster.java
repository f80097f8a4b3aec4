package io.flywheel.core.node;

import io.flywheel.core.effect.Schedule;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.membership.MembershipTable;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/** The members as this node sees them, for operators. */
final class Roster {
  private final NodeId self;
  private final String name;
  private final MembershipTable table;
  private final Eras eras;
  private final Schedule schedule;

  Roster(NodeId self, String name, MembershipTable table, Eras eras, Schedule schedule) {
    this.self = self;
    this.name = name;
    this.table = table;
    this.eras = eras;
    this.schedule = schedule;
  }

  List<MemberView> views() {
    long monotonic = schedule.monotonicMillis();
    var views = new ArrayList<MemberView>();
    for (Member member : table.members()) {
      views.add(
          new MemberView(
              member,
              table.state(member.id(), monotonic),
              table.reason(member.id(), monotonic),
              table.silentMillis(member.id(), monotonic),
              table.phi(member.id(), monotonic),
              table.skewMillis(member.id()),
              isSelf(member) ? eras.current() : table.claim(member.id()).era(),
              isSelf(member) ? eras.settled() : table.claim(member.id()).settled()));
    }
    return views;
  }

  /** Names of the members that keep eras from going on, or from closing. */
  List<String> heldUpBy() {
    var names = new ArrayList<String>();
    if (eras.settled() < eras.current() - 3) {
      names.add(name);
    }
    for (NodeId id : eras.heldUpBy()) {
      var member = table.member(id);
      names.add(member == null ? id.toString() : member.name());
    }
    return names;
  }

  private boolean isSelf(Member member) {
    return member.id().equals(self);
  }
}
