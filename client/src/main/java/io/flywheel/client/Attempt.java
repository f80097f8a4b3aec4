package io.flywheel.client;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. */
final class Attempt implements Question {
  /** A node that has not been connected, or taken anything, for so long has failed. */
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

  /** Null also where too little of its time is left. */
  @Override
  public synchronized @Nullable StreamRequest leave(NodeStream by, long number) {
    var message = withdrawn ? null : call.message(System.nanoTime());
    if (message == null) {
      return null;
    }
    stream = by;
    id = number;
    return message.setId(number).build();
  }

  @Override
  public synchronized boolean isWithdrawn() {
    return withdrawn;
  }

  @Override
  public boolean isLate(long nowNanos) {
    return nowNanos - startNanos > call.lineNanos();
  }

  @Override
  public void crowdedOut() {
    call.crowdedOut(this);
  }

  Node node() {
    return node;
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
            ? nowNanos - startNanos > LONG_CONNECTING_NANOS && node.isSilentSince(startNanos)
            : left.forget(id) && left.isSilentSince(startNanos);
    if (failed) {
      node.circuit().failed(nowNanos);
    }
  }

  @Override
  public void answered(StreamResponse response) {
    call.answered(this, response);
  }

  @Override
  public void lost(String why) {
    call.lost(this, why);
  }
}
