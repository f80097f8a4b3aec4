package io.flywheel.core.handoff;

import io.flywheel.core.ring.Cluster;
import org.jspecify.annotations.Nullable;

/** What the ring log knows of the change that is under way, and wants to hear of it. */
public interface ChangeProgress {
  /** As of the present epoch; null before there is one. */
  @Nullable Cluster cluster();

  /** Whether every member that has to is known to have the present epoch on its disk. */
  boolean confirmed();

  /**
   * Whether this node has, in the present epoch, all that it gains by the change, and keeps nothing
   * for those who lose by it. To be said again whenever it may have changed.
   */
  void caughtUp(boolean everything);
}
