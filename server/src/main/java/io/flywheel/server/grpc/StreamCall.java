package io.flywheel.server.grpc;

import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.server.http.ProblemType;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;

/**
 * One stream of requests, answered as they are done. A request is taken off the wire only when
 * there is room for its answer: a client that sends and does not read is made to wait. Nobody else
 * is, or what waits would do so where this node cannot see it, and refuse it in time.
 */
final class StreamCall implements StreamObserver<StreamRequest> {
  private final Operations operations;
  private final ServerCallStreamObserver<StreamResponse> responses;
  private final StreamRoom room = new StreamRoom();
  private boolean ended;

  StreamCall(Operations operations, ServerCallStreamObserver<StreamResponse> responses) {
    this.operations = operations;
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
    long id = request.getId();
    switch (request.getRequestCase()) {
      case PUT ->
          operations.put(
              request.getPut(), Long.MAX_VALUE, answer(id, StreamResponse.Builder::setPut));
      case GET ->
          operations.get(
              request.getGet(), Long.MAX_VALUE, answer(id, StreamResponse.Builder::setGet));
      case DELETE ->
          operations.delete(
              request.getDelete(), Long.MAX_VALUE, answer(id, StreamResponse.Builder::setDelete));
      case REQUEST_NOT_SET ->
          send(
              StreamResponse.newBuilder()
                  .setId(id)
                  .setFailure(
                      new InvalidRequestException(
                              ProblemType.MALFORMED_BODY, "request", "is a put, a get or a delete")
                          .failure()));
    }
  }

  private <T> Answer<T> answer(long id, BiConsumer<StreamResponse.Builder, T> set) {
    return new Answer<>() {
      @Override
      public void done(T response) {
        var message = StreamResponse.newBuilder().setId(id);
        set.accept(message, response);
        send(message);
      }

      @Override
      public void failed(Failure failure) {
        send(StreamResponse.newBuilder().setId(id).setFailure(failure));
      }
    };
  }

  private void send(StreamResponse.Builder message) {
    var response = message.build();
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
