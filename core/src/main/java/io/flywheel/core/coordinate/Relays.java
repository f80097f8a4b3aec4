package io.flywheel.core.coordinate;

import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the copies of one put come to other data centres. To each of them the record travels once: to
 * a relay, which keeps it like any replica, and passes it on to the others there. These answer the
 * coordinator themselves.
 *
 * <p>So a relay is trusted with nothing, and a put has no more ways to fail than without one. What
 * a relay has not passed on is missing like what was lost on its way: who is silent for too long,
 * or whose relay cannot be reached any more, is sent the record directly, and what nobody confirms
 * is owed by the coordinator as ever. Only the silence of those who wait for a relay means less: it
 * may be the relay's, so nobody accuses them of it, and nobody stands in for them before they were
 * sent it directly.
 */
final class Relays {
  /** Everybody stands in one data centre. */
  static final Relays NONE = new Relays();

  /** Who waits for whom. */
  private final Map<NodeId, NodeId> relays = new TreeMap<>();

  /** All who waited at some time. */
  private final TreeSet<NodeId> spared = new TreeSet<>();

  /**
   * Who of those that are asked is to be sent the record by this node, and to whom that one is to
   * pass it on. A relay is an owner where there is one, the first in the order of the preference
   * list that is well.
   */
  Map<NodeId, List<NodeId>> appoint(Collection<NodeId> asked, Key key, Peers peers) {
    var receivers = new LinkedHashSet<>(peers.writers(key));
    receivers.retainAll(asked);
    receivers.addAll(asked);
    receivers.remove(peers.self());
    var sorted = new ArrayList<>(receivers);
    sorted.sort(Comparator.comparing(node -> !peers.isWell(node)));
    var ways = new LinkedHashMap<NodeId, List<NodeId>>();
    var relayThere = new HashMap<String, NodeId>();
    for (NodeId node : sorted) {
      var there = peers.datacenter(node);
      var relay = peers.isNear(node) ? null : relayThere.putIfAbsent(there, node);
      if (relay == null) {
        ways.put(node, new ArrayList<>(2));
      } else {
        ways.computeIfAbsent(relay, _ -> new ArrayList<>(2)).add(node);
        relays.put(node, relay);
        spared.add(node);
      }
    }
    return ways;
  }

  /** Whether a node has been sent nothing yet but through another. */
  boolean isWaiting(NodeId node) {
    return relays.containsKey(node);
  }

  /** Whether its silence may be somebody else's. */
  boolean isSpared(NodeId node) {
    return spared.contains(node);
  }

  /** Those who wait for this relay. */
  List<NodeId> behind(NodeId relay) {
    return relays.keySet().stream().filter(node -> relay.equals(relays.get(node))).toList();
  }

  /** It was sent the record directly. */
  void sentDirectly(NodeId node) {
    relays.remove(node);
  }
}
