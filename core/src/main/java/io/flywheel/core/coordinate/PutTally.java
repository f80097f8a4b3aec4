package io.flywheel.core.coordinate;

import io.flywheel.core.message.Message.PutStatus;
import io.flywheel.core.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts who has a write, and decides. Only distinct nodes that say 'stored' count, and only such
 * that were asked; a second word of the same node changes nothing. A recorded hint is no node: what
 * counts for a fallback is that it has the write itself.
 */
final class PutTally {
  private final List<NodeId> primaries;
  private final int w;
  private final int pw;
  private final List<NodeId> storedPrimaries = new ArrayList<>(3);
  private final List<NodeId> storedFallbacks = new ArrayList<>(0);
  private final List<NodeId> failed = new ArrayList<>(0);
  private boolean allSynced = true;

  /**
   * Nothing is counted yet.
   *
   * @param w nodes that must have the write
   * @param pw how many of them must be primaries
   */
  PutTally(List<NodeId> primaries, int w, int pw) {
    this.primaries = primaries;
    this.w = w;
    this.pw = pw;
  }

  /** Whether this was news. */
  boolean record(NodeId node, PutStatus status) {
    if (storedPrimaries.contains(node) || storedFallbacks.contains(node)) {
      return false;
    }
    boolean synced = status == PutStatus.STORED;
    if (synced || status == PutStatus.STORED_NOT_SYNCED) {
      (primaries.contains(node) ? storedPrimaries : storedFallbacks).add(node);
      failed.remove(node);
      allSynced &= synced;
      return true;
    }
    return !failed.contains(node) && failed.add(node);
  }

  boolean enough() {
    return storedPrimaries.size() + storedFallbacks.size() >= w && storedPrimaries.size() >= pw;
  }

  /**
   * Whether so many have failed that enough cannot come any more.
   *
   * @param asked all that were asked
   */
  boolean hopeless(List<NodeId> asked) {
    int open = 0;
    int openPrimaries = 0;
    for (NodeId node : asked) {
      if (!failed.contains(node) && !hasStored(node)) {
        open++;
        openPrimaries += primaries.contains(node) ? 1 : 0;
      }
    }
    return storedPrimaries.size() + storedFallbacks.size() + open < w
        || storedPrimaries.size() + openPrimaries < pw;
  }

  boolean hasStored(NodeId node) {
    return storedPrimaries.contains(node) || storedFallbacks.contains(node);
  }

  boolean hasFailed(NodeId node) {
    return failed.contains(node);
  }

  int primaries() {
    return storedPrimaries.size();
  }

  int fallbacks() {
    return storedFallbacks.size();
  }

  List<NodeId> stored() {
    var stored = new ArrayList<>(storedPrimaries);
    stored.addAll(storedFallbacks);
    return stored;
  }

  boolean durable() {
    return allSynced;
  }
}
