package io.flywheel.server.admin;

import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.antientropy.RepairProgress;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.RecordSettings;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.ChangeView;
import io.flywheel.core.node.EraView;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.NodeCounters;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.RingView;
import io.flywheel.core.node.Standing;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Clusters of some members that are all on racks of their own, as one of their nodes sees them. */
final class SeenClusters {
  static final Member NEWCOMER = member(5);

  private SeenClusters() {}

  static Member member(int number) {
    return new Member(
        new NodeId(number),
        "node-" + number,
        "h:740" + number,
        "h:750" + number,
        new Zone("dc1", "r" + number),
        1);
  }

  static Cluster formed(int size) {
    var members = new ArrayList<Member>();
    var inRing = new ArrayList<RingMember>();
    for (int i = 1; i <= size; i++) {
      members.add(member(i));
      inRing.add(new RingMember(member(i).id(), member(i).zone(), 1));
    }
    var ring = Placement.form(inRing, 64, 3);
    return Cluster.formed(0xabc, 1, RecordSettings.DEFAULT, members, ring);
  }

  /** As node-1 sees it, to whom node-4 is down. */
  static NodeView member(Cluster cluster) {
    var transition = cluster.transition();
    var change =
        transition == null
            ? null
            : new ChangeView(transition, List.of(new NodeId(2)), List.of(new NodeId(5)));
    return view(cluster, new RingView(cluster.epoch(), Standing.MEMBER, change));
  }

  static NodeView outside() {
    return view(null, new RingView(0, Standing.OUTSIDE, null));
  }

  static NodeView view(@Nullable Cluster cluster, RingView changes) {
    var members = new ArrayList<MemberView>();
    if (cluster != null) {
      for (Member member : cluster.members()) {
        var state = member.name().equals("node-4") ? Liveness.DOWN : Liveness.ALIVE;
        members.add(new MemberView(member, state, "", 10, 0, 0, 1, 1));
      }
    }
    Ring ring = cluster == null ? null : cluster.ring();
    return new NodeView(
        cluster == null ? NEWCOMER.id() : new NodeId(1),
        cluster == null ? NEWCOMER.name() : "node-1",
        cluster != null,
        "",
        cluster == null ? 0 : cluster.id(),
        1,
        2,
        members,
        ring,
        new NodeCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        new AntiEntropyFigures(
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new RepairProgress(false, 0, 0, 0)),
        0,
        Map.of(),
        0,
        false,
        new EraView(1, 0, List.of()),
        new TransferFigures(
            40,
            10,
            1_000,
            3_000,
            500,
            7,
            List.of(new TransferFigures.Partner(new NodeId(2), 4, 600)),
            2,
            9),
        changes,
        RecordSettings.DEFAULT);
  }
}
