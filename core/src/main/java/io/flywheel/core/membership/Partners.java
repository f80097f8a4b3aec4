package io.flywheel.core.membership;

import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * To whom a round of gossip turns: to three members at random. Where there are several data centres
 * most of the talk stays within one, and one partner in four stands elsewhere (Demers et al.,
 * 'Epidemic algorithms', 1987, section 3): a choice that is blind to distance would bring two words
 * of three from one to another of three data centres. As everybody has somebody over there in most
 * rounds, news crosses over at once and then spreads there as it does here. A data centre of few
 * members is not turned to more often than by a blind choice, or all others would talk to those
 * few.
 */
final class Partners {
  /** How many others a round turns to. */
  static final int FANOUT = 3;

  private static final int GONE_ONE_IN = 4;
  private static final int FAR_ONE_IN = 4;

  private final NodeId self;
  private final MembershipTable table;
  private final SplittableRandom random;
  private final List<NodeId> near = new ArrayList<>();
  private final List<NodeId> far = new ArrayList<>();

  Partners(NodeId self, MembershipTable table, SplittableRandom random) {
    this.self = self;
    this.table = table;
    this.random = random;
  }

  /** From now on these are the other members. */
  void among(List<NodeId> others) {
    near.clear();
    far.clear();
    for (NodeId other : others) {
      (table.areNear(self, other) ? near : far).add(other);
    }
  }

  /** Three that live, as far as is known, and now and then one that does not: it may be back. */
  SortedSet<NodeId> draw(long now) {
    var partners = new TreeSet<NodeId>();
    int others = near.size() + far.size();
    for (int i = 0; i < 4 * FANOUT && partners.size() < FANOUT && others > 0; i++) {
      var among = isFarOnesTurn(others) ? far : near;
      var peer = among.get(random.nextInt(among.size()));
      if (table.state(peer, now) != Liveness.DOWN || random.nextInt(GONE_ONE_IN) == 0) {
        partners.add(peer);
      }
    }
    return partners;
  }

  private boolean isFarOnesTurn(int others) {
    if (near.isEmpty() || far.isEmpty()) {
      return near.isEmpty();
    }
    return random.nextInt(others) < Math.min(far.size(), Math.ceilDiv(others, FAR_ONE_IN));
  }
}
