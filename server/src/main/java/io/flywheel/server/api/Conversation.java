package io.flywheel.server.api;

import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.server.http.ProblemType;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Numbered requests of one client, each answered when it is done. */
final class Conversation {
  private final Operations operations;
  private final Consumer<StreamResponse> answers;

  Conversation(Operations operations, Consumer<StreamResponse> answers) {
    this.operations = operations;
    this.answers = answers;
  }

  void begin(StreamRequest request) {
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
      case TOPOLOGY ->
          operations.topology(
              request.getTopology(), answer(id, StreamResponse.Builder::setTopology));
      case REQUEST_NOT_SET ->
          fail(
              id,
              new InvalidRequestException(
                      ProblemType.MALFORMED_BODY,
                      "request",
                      "is a put, a get, a delete or a topology")
                  .failure());
    }
  }

  void fail(long id, Failure failure) {
    answers.accept(StreamResponse.newBuilder().setId(id).setFailure(failure).build());
  }

  private <T> Answer<T> answer(long id, BiConsumer<StreamResponse.Builder, T> set) {
    return new Answer<>() {
      @Override
      public void done(T response) {
        var message = StreamResponse.newBuilder().setId(id);
        set.accept(message, response);
        answers.accept(message.build());
      }

      @Override
      public void failed(Failure failure) {
        fail(id, failure);
      }
    };
  }
}
