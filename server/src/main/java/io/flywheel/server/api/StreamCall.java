package io.flywheel.server.api;

import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * A {@link Conversation} over gRPC. A request is taken off the wire only when there is room for its
 * answer: a client that sends and does not read is made to wait. Nobody else is, or what waits
 * would do so where this node cannot see it, and refuse it in time.
 */
final class StreamCall implements StreamObserver<StreamRequest> {
  private final Conversation conversation;
  private final ServerCallStreamObserver<StreamResponse> responses;
  private final StreamRoom room = new StreamRoom();
  private boolean ended;

  StreamCall(Operations operations, ServerCallStreamObserver<StreamResponse> responses) {
    this.conversation = new Conversation(operations, this::send);
    this.responses = responses;
    responses.disableAutoRequest();
    responses.setOnReadyHandler(this::takeMore);
    responses.setOnCancelHandler(() -> ended = true);
    responses.request(room.more());
  }

  @Override
  public void onNext(StreamRequest request) {
    room.came();
    takeMore();
    conversation.begin(request);
  }

  private void send(StreamResponse response) {
    room.answered(response.getSerializedSize());
    if (responses.isCancelled()) {
      return;
    }
    responses.onNext(response);
    if (ended) {
      finish();
    } else {
      takeMore();
    }
  }

  private void takeMore() {
    int more = responses.isReady() ? room.more() : 0;
    if (more > 0) {
      responses.request(more);
    }
  }

  private void finish() {
    if (room.isIdle()) {
      responses.onCompleted();
    }
  }

  @Override
  public void onError(Throwable cause) {
    ended = true;
  }

  @Override
  public void onCompleted() {
    ended = true;
    finish();
  }
}
