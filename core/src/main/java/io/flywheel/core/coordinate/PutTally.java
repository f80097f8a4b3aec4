package io.flywheel.core.coordinate;

import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Reach;
import io.flywheel.core.replica.PutOrder;
import io.flywheel.core.ring.Replica;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who was asked to keep a write, and for whom; who has it; and whether that is enough. Only
 * distinct nodes that say 'stored' count, and only such that were asked; a second word of the same
 * node changes nothing. A recorded hint is no node: what counts for a fallback is that it has the
 * write itself.
 *
 * <p>While the ring changes, a partition that moves has two lists of owners, and enough is what is
 * enough for each of them: W nodes and PW primaries. A node counts for the lists that it owns by
 * or, where it stands in, for those of the owner whose copy it keeps. The lists may differ in
 * length; a W that has a name is as many as that is of each, and no W is more than all.
 */
final class PutTally {
  private final int w;
  private final int pw;
  private final Reach reach;

  /** Everybody who was asked, and the owner whose copy it is. */
  private final Map<NodeId, NodeId> asked = new TreeMap<>();

  private final List<NodeId> stored = new ArrayList<>(3);
  private final List<NodeId> failed = new ArrayList<>(0);
  private List<NodeId> readers;
  private List<NodeId> writers;

  /** The owners by the ring that is not read, where they are others. */
  private @Nullable List<NodeId> beside;

  private boolean allSynced = true;
  private boolean ringDiffers;

  private Peers peers;

  /** Nobody is asked yet. */
  PutTally(Peers peers, PutOrder order) {
    this.peers = peers;
    w = order.w();
    pw = order.pw();
    reach = order.reach();
    beside = peers.ownersBeside(order.key());
    readers = peers.readers(order.key());
    writers = beside == null ? readers : peers.writers(order.key());
  }

  /** Takes what another ring says for the rest of the way: see {@code PutCoordinator}. */
  void follow(Peers present, Key key) {
    peers = present;
    beside = present.ownersBeside(key);
    readers = present.readers(key);
    writers = beside == null ? readers : present.writers(key);
    ringDiffers = false;
    failed.clear(); // refusals were of what was sent by the ring before
    asked.values().removeIf(owner -> !writers.contains(owner));
    stored.removeIf(node -> !asked.containsKey(node));
    for (NodeId owner : writers) {
      var keptFor = asked.get(owner);
      if (keptFor != null && !keptFor.equals(owner)) {
        // It may let go of the copy that it keeps for another; it is to keep one of its own now.
        asked.put(owner, owner);
        stored.remove(owner);
      }
    }
  }

  void ask(NodeId node, NodeId owner) {
    asked.put(node, owner);
  }

  boolean isAsked(NodeId node) {
    return asked.containsKey(node);
  }

  Set<NodeId> asked() {
    return Collections.unmodifiableSet(asked.keySet());
  }

  /** The owner whose copy the node keeps: itself, where it is one. */
  NodeId ownerOf(NodeId node) {
    return asked.getOrDefault(node, node);
  }

  /** What part the node plays. */
  Replica partOf(NodeId node) {
    var owner = ownerOf(node);
    return node.equals(owner) ? new Replica.Primary(node) : new Replica.FallbackFor(node, owner);
  }

  /** Whether this was news, of somebody who was asked. */
  boolean record(NodeId node, PutStatus status) {
    if (!asked.containsKey(node) || stored.contains(node)) {
      return false;
    }
    boolean synced = status == PutStatus.STORED;
    if (synced || status == PutStatus.STORED_NOT_SYNCED) {
      stored.add(node);
      failed.remove(node);
      allSynced &= synced;
      return true;
    }
    ringDiffers |= status == PutStatus.STALE_RING;
    return !failed.contains(node) && failed.add(node);
  }

  boolean enough() {
    return enough(readers) && (beside == null || enough(beside));
  }

  private boolean enough(List<NodeId> owners) {
    return nodes(owners, stored) >= needed(owners)
        && (pw == 0 || primaries(owners, stored) >= Math.min(pw, owners.size()))
        && reaches(owners, stored);
  }

  /** How many nodes that count for these owners are enough. */
  private int needed(List<NodeId> owners) {
    return reach.nodes(w, owners.size());
  }

  /** Whether those who count for the owners are quorums where the request asks for them. */
  private boolean reaches(List<NodeId> owners, Collection<NodeId> from) {
    if (!reach.isByDatacenter()) {
      return true;
    }
    var counted = new ArrayList<>(from);
    counted.removeIf(node -> beside != null && !owners.contains(ownerOf(node)));
    return Reached.by(counted, this::ownerOf, owners, reach, peers);
  }

  /** How many of these count for the owners: they themselves, and those in their place. */
  private int nodes(List<NodeId> owners, Collection<NodeId> from) {
    if (beside == null) {
      return from.size(); // nobody is asked for anybody else
    }
    int count = 0;
    for (NodeId node : from) {
      count += owners.contains(ownerOf(node)) ? 1 : 0;
    }
    return count;
  }

  private static int primaries(List<NodeId> owners, Collection<NodeId> from) {
    int count = 0;
    for (NodeId node : from) {
      count += owners.contains(node) ? 1 : 0;
    }
    return count;
  }

  /**
   * Whether enough cannot come, of those that were asked. Not while somebody refuses because this
   * node goes by another ring: it is about to hear of that one, and to ask anew.
   */
  boolean hopeless() {
    return !ringDiffers && (lacks(readers) || (beside != null && lacks(beside)));
  }

  private boolean lacks(List<NodeId> owners) {
    Collection<NodeId> possible = asked.keySet();
    if (!failed.isEmpty()) {
      possible = new ArrayList<>(possible);
      possible.removeAll(failed);
    }
    return nodes(owners, possible) < needed(owners)
        || primaries(owners, possible) < Math.min(pw, owners.size())
        || !reaches(owners, possible);
  }

  /** Why it is hopeless, when nobody has answered yet. */
  String shortage() {
    var owners = beside == null || lacks(readers) ? readers : beside;
    int alive = primaries(owners, asked.keySet());
    return alive
        + " of the key's replicas"
        + (beside == null ? "" : ", by one of two rings,")
        + " are alive and "
        + (nodes(owners, asked.keySet()) - alive)
        + " other nodes can stand in; W is "
        + needed(owners)
        + (pw > 0 ? ", PW " + pw : "")
        + (reach.isByDatacenter() ? ", and it takes " + reach : "");
  }

  boolean hasStored(NodeId node) {
    return stored.contains(node);
  }

  boolean hasFailed(NodeId node) {
    return failed.contains(node);
  }

  /** Those who were asked and have said nothing; {@code self} does not count. */
  List<NodeId> silent(NodeId self) {
    var silent = new ArrayList<NodeId>();
    for (NodeId node : asked.keySet()) {
      if (!node.equals(self) && !hasStored(node) && !hasFailed(node)) {
        silent.add(node);
      }
    }
    return silent;
  }

  /** Owners whom nobody was asked for, beside {@code self}. */
  List<NodeId> unattended(NodeId self) {
    var left = new ArrayList<>(writers);
    left.removeAll(asked.values());
    left.remove(self);
    return left;
  }

  /** Owners that do not have it, nor anybody in their place, beside {@code self}. */
  List<NodeId> uncovered(NodeId self) {
    var left = new ArrayList<>(writers);
    for (NodeId node : stored) {
      left.remove(ownerOf(node));
    }
    left.remove(self);
    return left;
  }

  /** How many owners there are to write to. */
  int owners() {
    return writers.size();
  }

  /** How many copies a key has, by the list by which primaries are counted. */
  int n() {
    return fewer().size();
  }

  /** How many nodes are waited for, by the list that is read. */
  int required() {
    return Math.max(needed(readers), pw);
  }

  /** Primaries that have it: by the list that has fewer of them, as long as there are two. */
  int primaries() {
    return primaries(fewer(), stored);
  }

  /** Other nodes that have it in the place of owners, by the same list. */
  int fallbacks() {
    return nodes(fewer(), stored) - primaries();
  }

  private List<NodeId> fewer() {
    if (beside == null) {
      return readers;
    }
    int more = primaries(beside, stored) - primaries(readers, stored);
    return more < 0 || (more == 0 && beside.size() > readers.size()) ? beside : readers;
  }

  List<NodeId> stored() {
    return Collections.unmodifiableList(stored);
  }

  boolean durable() {
    return allSynced;
  }
}
