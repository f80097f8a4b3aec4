package io.flywheel.server.api;

import io.flywheel.api.v1.BatchGetRequest;
import io.flywheel.api.v1.BatchGetResponse;
import io.flywheel.api.v1.BatchPutRequest;
import io.flywheel.api.v1.BatchPutResponse;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.DeleteResponse;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetOutcome;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.PutOutcome;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.api.v1.Topology;
import io.flywheel.server.http.ProblemType;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;

/** {@code flywheel.v1.KeyValue}. Every call runs on the lane's thread. */
final class KeyValueService extends KeyValueGrpc.KeyValueImplBase {
  private final Operations operations;
  private final int mostAnswerBytes;

  KeyValueService(Operations operations, int mostAnswerBytes) {
    this.operations = operations;
    this.mostAnswerBytes = mostAnswerBytes;
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> responses) {
    operations.put(request, millisLeft(), alone(responses));
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> responses) {
    operations.get(request, millisLeft(), alone(responses));
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> responses) {
    operations.delete(request, millisLeft(), alone(responses));
  }

  @Override
  public void batchPut(BatchPutRequest request, StreamObserver<BatchPutResponse> responses) {
    if (isRefused(request.getPutsCount(), "puts", responses)) {
      return;
    }
    var batch =
        new Batch<PutResponse, PutOutcome>(
            new PutOutcome[request.getPutsCount()],
            Long.MAX_VALUE,
            _ -> 0,
            done -> PutOutcome.newBuilder().setDone(done).build(),
            failure -> PutOutcome.newBuilder().setFailure(failure).build(),
            all ->
                alone(responses).done(BatchPutResponse.newBuilder().addAllOutcomes(all).build()));
    for (int i = 0; i < request.getPutsCount(); i++) {
      operations.put(request.getPuts(i), millisLeft(), batch.answer(i));
    }
  }

  @Override
  public void batchGet(BatchGetRequest request, StreamObserver<BatchGetResponse> responses) {
    if (isRefused(request.getGetsCount(), "gets", responses)) {
      return;
    }
    var batch =
        new Batch<GetResponse, GetOutcome>(
            new GetOutcome[request.getGetsCount()],
            mostAnswerBytes,
            GetResponse::getSerializedSize,
            done -> GetOutcome.newBuilder().setDone(done).build(),
            failure -> GetOutcome.newBuilder().setFailure(failure).build(),
            all ->
                alone(responses).done(BatchGetResponse.newBuilder().addAllOutcomes(all).build()));
    for (int i = 0; i < request.getGetsCount(); i++) {
      operations.get(request.getGets(i), millisLeft(), batch.answer(i));
    }
  }

  @Override
  public StreamObserver<StreamRequest> stream(StreamObserver<StreamResponse> responses) {
    return new StreamCall(operations, (ServerCallStreamObserver<StreamResponse>) responses);
  }

  @Override
  public void getTopology(GetTopologyRequest request, StreamObserver<Topology> responses) {
    operations.topology(request, alone(responses));
  }

  private static boolean isRefused(int requests, String field, StreamObserver<?> responses) {
    if (requests >= 1 && requests <= Batch.MOST_REQUESTS) {
      return false;
    }
    var refusal =
        new InvalidRequestException(
            ProblemType.MALFORMED_BODY, field, "are 1 to " + Batch.MOST_REQUESTS);
    responses.onError(Failures.exception(refusal.failure()));
    return true;
  }

  private static long millisLeft() {
    var deadline = Context.current().getDeadline();
    return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS);
  }

  private static <T> Answer<T> alone(StreamObserver<T> responses) {
    var call = (ServerCallStreamObserver<T>) responses;
    return new Answer<>() {
      @Override
      public void done(T response) {
        if (!call.isCancelled()) {
          call.onNext(response);
          call.onCompleted();
        }
      }

      @Override
      public void failed(Failure failure) {
        if (!call.isCancelled()) {
          call.onError(Failures.exception(failure));
        }
      }
    };
  }
}
