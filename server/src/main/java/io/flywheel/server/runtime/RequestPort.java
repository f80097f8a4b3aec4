package io.flywheel.server.runtime;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.node.NodeView;
import io.flywheel.server.rocksdb.DiskUse;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The way to a node for those who speak to clients. {@link #submit} and {@link #view} are called on
 * the thread of {@link #eventLoop()} only, on which their connections had best live too: a request
 * is then read, coordinated and answered without changing threads.
 */
public interface RequestPort {
  /**
   * Hands a request to the node. Exactly one answer follows, by the request's deadline, on the same
   * thread: after this call has returned, except where the node is stopping, when it comes at once.
   */
  void submit(ClientRequest request, ResponseHandler handler);

  /** What the node looks like now. */
  NodeView view();

  /** How full the node's disk is; null where the database cannot tell. */
  @Nullable DiskUse diskUse();

  /** The loop that owns the node. */
  EventLoop eventLoop();
}
