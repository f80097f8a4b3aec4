package io.flywheel.client;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. */
final class Attempt {
  /** Values up to this many bytes are taken by every node, whatever its limits are. */
  private static final int LARGE_BYTES = 1 << 20;

  /** A node that has not been connected for so long has failed. */
  private static final long LONG_CONNECTING_NANOS = 250_000_000;

  private final Call call;
  private final Node node;
  private final StreamRequest.Builder message;
  private @Nullable NodeStream stream;
  private long id;
  private boolean withdrawn;
  private final long startNanos;

  Attempt(Call call, Node node, StreamRequest.Builder message, long startNanos) {
    this.call = call;
    this.node = node;
    this.message = message;
    this.startNanos = startNanos;
  }

  boolean isLarge() {
    return message.getPut().getValue().size() > LARGE_BYTES;
  }

  /** Null where nobody wants it any more. From now on it may have reached the node. */
  synchronized @Nullable StreamRequest leave(NodeStream by, long number) {
    if (withdrawn) {
      return null;
    }
    stream = by;
    id = number;
    return message.setId(number).build();
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
