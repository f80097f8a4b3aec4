package io.flywheel.server;

import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.node.Standing;
import io.flywheel.server.runtime.RequestPort;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's stay in its cluster, as far as its process has to do something about it. */
final class Stay {
  private static final Logger LOG = LoggerFactory.getLogger(Stay.class);
  private static final long LOOK_MILLIS = 1_000;

  private final RequestPort port;
  private final EventLoop loop;
  private String said = "";

  Stay(RequestPort port) {
    this.port = port;
    this.loop = port.eventLoop();
  }

  /**
   * Asks until the node is a member. What it was told once is in its directory: a node that was
   * killed while it joined goes on by itself.
   *
   * @param refused told why it never will be
   */
  void join(Consumer<String> refused) {
    loop.execute(() -> tryToJoin(refused));
  }

  private void tryToJoin(Consumer<String> refused) {
    if (port.standing() != Standing.OUTSIDE) {
      return;
    }
    port.join(
        null,
        answer -> {
          switch (answer) {
            case RingAnswer.Accepted(long epoch) -> LOG.info("joining, in epoch {}", epoch);
            case RingAnswer.Refused(String reason) -> refused.accept("cannot join: " + reason);
            case RingAnswer.Unknown(String detail) -> {
              if (!detail.equals(said)) {
                said = detail;
                LOG.warn("not joining yet: {}", detail);
              }
              again(() -> tryToJoin(refused));
            }
          }
        });
  }

  /** Completes when the node has left and keeps nothing that others need. */
  CompletableFuture<Void> left() {
    var left = new CompletableFuture<Void>();
    loop.execute(() -> look(left));
    return left;
  }

  private void look(CompletableFuture<Void> left) {
    if (port.standing() == Standing.LEFT) {
      left.complete(null);
    } else {
      again(() -> look(left));
    }
  }

  private void again(Runnable action) {
    if (!loop.isShuttingDown()) {
      var _ = loop.schedule(action, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
