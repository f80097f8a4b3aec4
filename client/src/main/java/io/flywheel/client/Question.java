package io.flywheel.client;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/** Something that a node is asked. It is answered or lost, unless it is withdrawn before. */
interface Question {
  /**
   * The message with this number; null where nobody wants it any more. Else it may have reached the
   * node from now on.
   */
  @Nullable StreamRequest leave(NodeStream by, long number);

  boolean isWithdrawn();

  /** Whether it has waited for a part of its time, which is all that a full line has. */
  boolean isLate(long nowNanos);

  /** It did not leave, as more waits for the node than that takes. */
  void crowdedOut();

  void answered(StreamResponse response);

  /** It was not answered, and will not be. */
  void lost(String why);
}
