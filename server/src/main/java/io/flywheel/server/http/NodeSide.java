package io.flywheel.server.http;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.runtime.Lane;
import io.flywheel.server.runtime.RequestPort;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/**
 * An endpoint that looks at the node itself, for connections that live on another loop: heads are
 * judged there, requests are carried out on the node's loop, and their answers come back.
 */
public final class NodeSide implements Endpoint {
  private final Endpoint endpoint;
  private final EventLoop node;
  private final EventLoop lane;

  private NodeSide(Endpoint endpoint, EventLoop node, EventLoop lane) {
    this.endpoint = endpoint;
    this.node = node;
    this.lane = lane;
  }

  /** The way for a lane's connections to an endpoint that belongs on the node's loop. */
  public static Route route(Route route, RequestPort node, Lane lane) {
    return lane.equals(node)
        ? route
        : new Route(
            route.path(), new NodeSide(route.endpoint(), node.eventLoop(), lane.eventLoop()));
  }

  @Override
  public Call open(RequestHead head) throws ProblemException {
    Call call = endpoint.open(head);
    return new Call() {
      @Override
      public int bodyLimitBytes() {
        return call.bodyLimitBytes();
      }

      @Override
      public void run(Bytes body, Reply reply) {
        node.execute(() -> Connection.run(call, body, new WayBack(reply, lane)));
      }
    };
  }

  /** Takes one answer to the connection's loop. */
  private static final class WayBack implements Reply {
    private final Reply reply;
    private final EventLoop lane;
    private boolean answered;

    private WayBack(Reply reply, EventLoop lane) {
      this.reply = reply;
      this.lane = lane;
    }

    @Override
    public ByteBufAllocator allocator() {
      return reply.allocator();
    }

    @Override
    public boolean affords(long bytes) {
      return reply.affords(bytes);
    }

    @Override
    public void send(Answer answer) {
      if (answered) {
        answer.body().release();
        return;
      }
      answered = true;
      try {
        lane.execute(() -> reply.send(answer));
      } catch (RejectedExecutionException e) {
        answer.body().release(); // The connection has ended with its loop.
      }
    }
  }
}
