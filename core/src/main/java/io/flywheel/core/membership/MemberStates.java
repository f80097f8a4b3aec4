package io.flywheel.core.membership;

import io.flywheel.core.model.Claim;
import io.flywheel.core.model.MemberState;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is told of each member: the part of the membership that all members come to share. Who is a
 * member is not a matter of gossip; nothing told of a stranger is kept.
 */
final class MemberStates {
  private final Map<NodeId, MemberState> states = new HashMap<>();

  /** The same members in the order of identities. */
  private final List<NodeId> order = new ArrayList<>();

  /** Of how many no claim is known. */
  private int unknown;

  void expect(NodeId member) {
    if (states.putIfAbsent(member, new MemberState(Claim.none(member), Verdict.ALIVE)) == null) {
      order.add(-1 - Collections.binarySearch(order, member), member);
      unknown++;
    }
  }

  void forget(NodeId member) {
    var state = states.remove(member);
    if (state != null) {
      order.remove(Collections.binarySearch(order, member));
      unknown -= state.claim().isNone() ? 1 : 0;
    }
  }

  int size() {
    return order.size();
  }

  boolean contains(NodeId member) {
    return states.containsKey(member);
  }

  /** Of a stranger, what is said of nobody. */
  MemberState of(NodeId member) {
    var state = states.get(member);
    return state == null ? new MemberState(Claim.none(member), Verdict.DOWN) : state;
  }

  /** Keeps the larger one; whether that is news. */
  boolean merge(MemberState told) {
    var known = of(told.member());
    var merged = known.merge(told);
    if (merged.equals(known)) {
      return false;
    }
    states.put(told.member(), merged);
    unknown -= known.claim().isNone() && !merged.claim().isNone() ? 1 : 0;
    return true;
  }

  /** So many members from this one on, in the order of identities and around its end. */
  List<MemberState> from(NodeId first, int count) {
    var part = new ArrayList<MemberState>(count);
    int place = Collections.binarySearch(order, first);
    int start = place >= 0 ? place : -1 - place;
    for (int i = 0; i < Math.min(count, order.size()); i++) {
      part.add(of(order.get((start + i) % order.size())));
    }
    return part;
  }

  /** The next member from this one on of which no claim is known; this one if there is none. */
  NodeId nextUnknown(NodeId first) {
    if (unknown == 0) {
      return first;
    }
    for (MemberState state : from(first, order.size())) {
      if (state.claim().isNone()) {
        return state.member();
      }
    }
    return first;
  }

  /** Who comes so many places after this member, around the end. */
  NodeId after(NodeId member, int places) {
    int place = Collections.binarySearch(order, member);
    int start = place >= 0 ? place : -1 - place;
    return order.isEmpty() ? member : order.get((start + places) % order.size());
  }
}
