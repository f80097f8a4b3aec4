package io.flywheel.client;

import com.google.rpc.Code;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One stream of numbered requests. Sending is for one thread at a time; the rest is for all. */
final class NodeStream extends ClientCall.Listener<StreamResponse> {
  /** What is sent ahead, so that the connection is never idle while requests wait. */
  private static final CallOptions OPTIONS = CallOptions.DEFAULT.withOnReadyThreshold(128 << 10);

  private final Node node;
  private final ClientCall<StreamRequest, StreamResponse> call;
  private final Map<Long, Attempt> unanswered = new ConcurrentHashMap<>();
  private long lastId;
  private boolean ending;
  private volatile long lastAnswerNanos;

  private NodeStream(Node node, ClientCall<StreamRequest, StreamResponse> call) {
    this.node = node;
    this.call = call;
    this.lastAnswerNanos = System.nanoTime();
  }

  static NodeStream open(Node node, Channel channel) {
    // It serves all callers, and must not end with the request, of a server say, that came first.
    Context before = Context.ROOT.attach();
    try {
      var call = channel.newCall(KeyValueGrpc.getStreamMethod(), OPTIONS);
      var stream = new NodeStream(node, call);
      call.start(stream, new Metadata());
      call.request(Integer.MAX_VALUE); // There are never more answers than this side has asked for.
      return stream;
    } finally {
      Context.ROOT.detach(before);
    }
  }

  /** Whether the connection takes more now; else {@link Node#streamReady} follows. */
  boolean isReady() {
    return call.isReady();
  }

  void send(Attempt attempt) {
    long id = ++lastId;
    StreamRequest request = attempt.leave(this, id);
    if (request != null) {
      unanswered.put(id, attempt);
      call.sendMessage(request);
    }
  }

  /** Lets what is under way be answered, and takes nothing more. */
  void end() {
    if (!ending) {
      ending = true;
      call.halfClose();
    }
  }

  /** Whether it was still unanswered. */
  boolean forget(long id) {
    return unanswered.remove(id) != null;
  }

  boolean isSilentSince(long nanos) {
    return lastAnswerNanos - nanos < 0;
  }

  @Override
  public void onReady() {
    node.streamReady(this);
  }

  @Override
  public void onMessage(StreamResponse response) {
    lastAnswerNanos = System.nanoTime();
    node.circuit().answered();
    Attempt attempt = unanswered.remove(response.getId());
    if (attempt != null) {
      Waiting.answering(() -> attempt.answered(response));
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Waiting.answering(
        () -> {
          node.streamEnded(this);
          String why = "the connection to " + node + " ended: " + text(status);
          for (Long id : List.copyOf(unanswered.keySet())) {
            Attempt attempt = unanswered.remove(id);
            if (attempt == null) {
              continue;
            }
            if (attempt.isLarge() && status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
              attempt.answered(tooLarge(id));
            } else {
              attempt.lost(why);
            }
          }
        });
  }

  /** What the node would have said, had it read so large a message. */
  private static StreamResponse tooLarge(long id) {
    var failure =
        Failure.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
            .setReason("value-too-large")
            .setMessage("the value is larger than any message that the node takes");
    return StreamResponse.newBuilder().setId(id).setFailure(failure).build();
  }

  private static String text(Status status) {
    String description = status.getDescription();
    return description == null ? status.getCode().toString() : description;
  }
}
