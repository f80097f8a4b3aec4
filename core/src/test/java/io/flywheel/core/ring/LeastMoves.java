package io.flywheel.core.ring;

import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Zone;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * An oracle: the fewest copies that any placement at all could move, by minimum-cost flow (Ford and
 * Fulkerson 1962) from partitions over their racks to members. It wants the same as the code under
 * test and nothing else: replicas spread evenly over the racks as far as balance lets them, the
 * changed member's share within one copy, and everybody else within 1/32 of a fair share. Slow, for
 * small rings in one data centre.
 */
final class LeastMoves {
  private static final int MUST = -10_000;

  private final int[] heads;
  private int[] next = new int[1024];
  private int[] target = new int[1024];
  private int[] capacity = new int[1024];
  private int[] cost = new int[1024];
  private int edges;

  private LeastMoves(int vertices) {
    heads = new int[vertices];
    Arrays.fill(heads, -1);
  }

  static int of(Ring before, List<RingMember> members, NodeId changed) {
    int partitions = before.partitions();
    int n = before.n();
    List<Zone> racks = List.copyOf(new TreeSet<>(members.stream().map(RingMember::zone).toList()));
    int source = 0;
    int sink = 1;
    int firstMember = 2;
    int firstPartition = firstMember + members.size();
    int firstRack = firstPartition + partitions;
    var flow = new LeastMoves(firstRack + partitions * racks.size());
    var fair = new FairShares(members, partitions, n);
    for (int i = 0; i < members.size(); i++) {
      double share = fair.of(members.get(i).id());
      double slack = members.get(i).id().equals(changed) ? 0 : share / 32;
      int least = (int) Math.floor(share - slack + 1e-6);
      int most = (int) Math.ceil(share + slack - 1e-6);
      flow.bounded(firstMember + i, sink, least, most);
    }
    for (int p = 0; p < partitions; p++) {
      flow.edge(source, firstPartition + p, n, 0);
      for (int r = 0; r < racks.size(); r++) {
        int rack = firstRack + p * racks.size() + r;
        double share = fair.ofRack(racks.get(r)) / partitions;
        int least = Math.min(n / racks.size(), (int) Math.floor(share + 1e-6));
        int most = Math.max(Math.ceilDiv(n, racks.size()), (int) Math.ceil(share - 1e-6));
        flow.bounded(firstPartition + p, rack, least, most);
        for (int i = 0; i < members.size(); i++) {
          if (members.get(i).zone().equals(racks.get(r))) {
            boolean held = before.owns(members.get(i).id(), new Partition(p));
            flow.edge(rack, firstMember + i, 1, held ? 0 : 1);
          }
        }
      }
    }
    return flow.cheapest(source, sink, partitions * n);
  }

  private void bounded(int from, int to, int least, int most) {
    edge(from, to, least, MUST);
    edge(from, to, most - least, 0);
  }

  private void edge(int from, int to, int units, int price) {
    half(from, to, units, price);
    half(to, from, 0, -price);
  }

  private void half(int from, int to, int units, int price) {
    if (edges == next.length) {
      next = Arrays.copyOf(next, edges * 2);
      target = Arrays.copyOf(target, edges * 2);
      capacity = Arrays.copyOf(capacity, edges * 2);
      cost = Arrays.copyOf(cost, edges * 2);
    }
    next[edges] = heads[from];
    target[edges] = to;
    capacity[edges] = units;
    cost[edges] = price;
    heads[from] = edges++;
  }

  /** The price of {@code units}, without the rewards for keeping lower bounds. */
  private int cheapest(int source, int sink, int units) {
    int price = 0;
    for (int unit = 0; unit < units; unit++) {
      int[] by = shortest(source);
      for (int at = sink; at != source; at = target[by[at] ^ 1]) {
        capacity[by[at]]--;
        capacity[by[at] ^ 1]++;
        price += cost[by[at]] == MUST || cost[by[at]] == -MUST ? 0 : cost[by[at]];
      }
    }
    return price;
  }

  private int[] shortest(int source) {
    var distance = new int[heads.length];
    var by = new int[heads.length];
    var waits = new boolean[heads.length];
    Arrays.fill(distance, Integer.MAX_VALUE);
    distance[source] = 0;
    var queue = new ArrayDeque<Integer>(List.of(source));
    while (!queue.isEmpty()) {
      int from = queue.remove();
      waits[from] = false;
      for (int edge = heads[from]; edge >= 0; edge = next[edge]) {
        int to = target[edge];
        if (capacity[edge] > 0 && distance[from] + cost[edge] < distance[to]) {
          distance[to] = distance[from] + cost[edge];
          by[to] = edge;
          if (!waits[to]) {
            waits[to] = true;
            queue.add(to);
          }
        }
      }
    }
    return by;
  }
}
