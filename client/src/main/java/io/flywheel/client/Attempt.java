package io.flywheel.client;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. */
final class Attempt {
  /** A node that has not been connected for so long has failed. */
  private static final long LONG_CONNECTING_NANOS = 250_000_000;

  private final Call call;
  private final Node node;
  private @Nullable NodeStream stream;
  private long id;
  private boolean withdrawn;
  private final long startNanos;

  Attempt(Call call, Node node, long startNanos) {
    this.call = call;
    this.node = node;
    this.startNanos = startNanos;
  }

  boolean isLarge() {
    return call.isLarge();
  }

  /**
   * Null where nobody wants it any more, or too little of its time is left. Else it may have
   * reached the node from now on.
   */
  synchronized @Nullable StreamRequest leave(NodeStream by, long number) {
    var message = withdrawn ? null : call.message(System.nanoTime());
    if (message == null) {
      return null;
    }
    stream = by;
    id = number;
    return message.setId(number).build();
  }

  synchronized boolean isWithdrawn() {
    return withdrawn;
  }

  synchronized boolean hasLeft() {
    return stream != null;
  }

  /** Ends the interest in it; if it has not left by now it never will. */
  void withdraw(long nowNanos) {
    NodeStream left;
    synchronized (this) {
      withdrawn = true;
      left = stream;
    }
    boolean failed =
        left == null
            ? nowNanos - startNanos > LONG_CONNECTING_NANOS
            : left.forget(id) && left.isSilentSince(startNanos);
    if (failed) {
      node.circuit().failed(nowNanos);
    }
  }

  void answered(StreamResponse response) {
    call.answered(this, response);
  }

  /** It was not answered, and will not be. */
  void lost(String why) {
    call.lost(this, why);
  }
}
