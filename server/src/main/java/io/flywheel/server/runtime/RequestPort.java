package io.flywheel.server.runtime;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.Key;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.server.rocksdb.DiskUse;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
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

  /**
   * The newest values that conflicts discarded at this node, of one key or of all. The answer comes
   * on the same thread, except where the node is stopping, when none may come.
   */
  void losers(@Nullable Key key, int most, Consumer<LoserLog.Listing> whenRead);

  /** Has the node compare all it owns with the other replicas now. */
  void repairAll();

  /** What the node looks like now. */
  NodeView view();

  /** How full the node's disk is; null where the database cannot tell. */
  @Nullable DiskUse diskUse();

  /** The loop that owns the node. */
  EventLoop eventLoop();
}
