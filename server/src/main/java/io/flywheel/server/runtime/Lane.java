package io.flywheel.server.runtime;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.RecordSettings;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An event loop that connections of clients live on, and the way from there to the node. All that
 * is called here is called on that loop's thread, and is answered there.
 */
public interface Lane {
  /** The loop. */
  EventLoop eventLoop();

  /** The settings in force that shape records, as of the node's last turn. On any thread. */
  RecordSettings records();

  /**
   * Hands a request to the node. Exactly one answer follows, by the request's deadline: after this
   * call has returned, except where the node is stopping, when it may come at once.
   */
  void submit(ClientRequest request, ResponseHandler handler);

  /**
   * Asks something of the node itself.
   *
   * @param question asked on the node's loop; what it returns must not change any more
   * @param answer told here
   */
  <T> void ask(Function<RequestPort, T> question, Consumer<T> answer);
}
