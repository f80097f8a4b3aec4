package io.flywheel.server.runtime;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.RecordSettings;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane beside the node's loop. Handing something to another thread costs more than most requests
 * do, so that everything crosses together: what this loop has read in one turn, and what the node
 * has answered in one of its turns. The busier either of them is, the more they carry at a time.
 */
final class ClientLane implements Lane {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLane.class);

  private final EventLoop loop;
  private final RequestPort node;

  /** On their way to the node; this loop's own. */
  private List<Request> requests = new ArrayList<>();

  /** On their way back; the node's loop's own. */
  private List<Answer> answers = new ArrayList<>();

  private record Request(ClientRequest request, ResponseHandler handler) {}

  private record Answer(ResponseHandler handler, Effect.Respond response) {}

  ClientLane(EventLoop loop, RequestPort node) {
    this.loop = loop;
    this.node = node;
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public RecordSettings records() {
    return node.records();
  }

  @Override
  public void submit(ClientRequest request, ResponseHandler handler) {
    requests.add(new Request(request, handler));
    if (requests.size() == 1) {
      // Tasks run once the loop has read everything that its connections had for it.
      loop.execute(this::handOver);
    }
  }

  private void handOver() {
    var batch = requests;
    requests = new ArrayList<>(batch.size());
    node.eventLoop().execute(() -> batch.forEach(this::toNode));
  }

  private void toNode(Request request) {
    node.submit(request.request(), response -> collect(request.handler(), response));
  }

  private void collect(ResponseHandler handler, Effect.Respond response) {
    answers.add(new Answer(handler, response));
    if (answers.size() == 1) {
      node.eventLoop().execute(this::handBack);
    }
  }

  private void handBack() {
    var batch = answers;
    answers = new ArrayList<>(batch.size());
    toLane(() -> batch.forEach(ClientLane::deliver));
  }

  private static void deliver(Answer answer) {
    try {
      answer.handler().respond(answer.response());
    } catch (RuntimeException e) {
      LOG.error("an answer could not be delivered", e);
    }
  }

  @Override
  public <T> void ask(Function<RequestPort, T> question, Consumer<T> answer) {
    node.eventLoop()
        .execute(
            () -> {
              T told = question.apply(node);
              toLane(() -> answer.accept(told));
            });
  }

  private void toLane(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("nobody waits for an answer any more: the lane has ended", e);
    }
  }
}
