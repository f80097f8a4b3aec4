package io.flywheel.core.node;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Outbox;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.ring.Cluster;
import java.util.List;
import java.util.TreeSet;

/**
 * Whom this node looks for: all members, for ever, and nobody who never comes back. Seeds are
 * configured, and stay.
 */
final class Dialling {
  private final NodeId self;
  private final Outbox outbox;
  private final List<String> seeds;
  private final TreeSet<String> dialled = new TreeSet<>();

  Dialling(NodeId self, List<String> seeds, Outbox outbox) {
    this.self = self;
    this.seeds = seeds;
    this.outbox = outbox;
  }

  /** These are the members now. */
  void follow(Cluster cluster) {
    var wanted = new TreeSet<String>();
    for (Member member : cluster.members()) {
      if (!member.id().equals(self) && !cluster.lost().contains(member.id())) {
        wanted.add(member.peerAddress());
        if (dialled.add(member.peerAddress())) {
          outbox.add(new Effect.Dial(member.peerAddress()));
        }
      }
    }
    for (String address : List.copyOf(dialled)) {
      if (!wanted.contains(address)) {
        dialled.remove(address);
        if (!seeds.contains(address)) {
          outbox.add(new Effect.StopDialling(address));
        }
      }
    }
  }
}
