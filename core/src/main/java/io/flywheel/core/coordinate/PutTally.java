package io.flywheel.core.coordinate;

import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts who has a write, and decides. Only distinct primaries that say 'stored' count; a second
 * word of the same node changes nothing.
 */
final class PutTally {
  private final List<NodeId> primaries;
  private final int needed;
  private final List<NodeId> stored = new ArrayList<>(3);
  private final List<NodeId> failed = new ArrayList<>(0);
  private boolean allSynced = true;

  /**
   * Nothing is counted yet.
   *
   * @param w nodes that must have the write
   * @param pw how many of them must be primaries; without fallbacks all are
   */
  PutTally(List<NodeId> primaries, int w, int pw) {
    this.primaries = primaries;
    this.needed = Math.max(w, pw);
  }

  void record(NodeId node, PutStatus status) {
    if (!primaries.contains(node) || stored.contains(node)) {
      return;
    }
    boolean synced = status == PutStatus.STORED;
    if (synced || status == PutStatus.STORED_NOT_SYNCED) {
      stored.add(node);
      failed.remove(node);
      allSynced &= synced;
    } else if (!failed.contains(node)) {
      failed.add(node);
    }
  }

  boolean enough() {
    return stored.size() >= needed;
  }

  /** Whether so many have failed that enough cannot come any more. */
  boolean hopeless() {
    return primaries.size() - failed.size() < needed;
  }

  boolean complete() {
    return stored.size() + failed.size() == primaries.size();
  }

  List<NodeId> stored() {
    return stored;
  }

  boolean durable() {
    return allSynced;
  }

  /** Those that have not said that they stored it. */
  List<NodeId> missing() {
    var missing = new ArrayList<>(primaries);
    missing.removeAll(stored);
    return missing;
  }
}
