package io.flywheel.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.flywheel.api.v1.BatchGetRequest;
import io.flywheel.api.v1.BatchGetResponse;
import io.flywheel.api.v1.BatchPutRequest;
import io.flywheel.api.v1.BatchPutResponse;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Many requests at a time: batches, and a stream. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class GrpcManyTest {
  private static final int STREAMED = 2_000;

  @Parameter private int lanes;
  @TempDir private Path folder;
  private @Nullable GrpcCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = GrpcCluster.start(folder, lanes);
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (cluster != null) {
      cluster.close();
    }
  }

  private KeyValueGrpc.KeyValueBlockingStub store() {
    assertNotNull(cluster);
    return KeyValueGrpc.newBlockingStub(cluster.channel());
  }

  private static StatusRuntimeException failure(Runnable call) {
    return assertThrows(StatusRuntimeException.class, call::run);
  }

  @Test
  void eachOfABatchHasAnOutcomeOfItsOwn() {
    BatchPutResponse puts =
        store()
            .batchPut(
                BatchPutRequest.newBuilder()
                    .addPuts(GrpcCluster.put("b1", "1"))
                    .addPuts(GrpcCluster.put("", "2"))
                    .addPuts(GrpcCluster.put("b3", "3"))
                    .build());
    assertTrue(puts.getOutcomes(0).hasDone());
    assertEquals("malformed-key", puts.getOutcomes(1).getFailure().getReason());
    assertTrue(puts.getOutcomes(2).hasDone());
    BatchGetResponse gets =
        store()
            .batchGet(
                BatchGetRequest.newBuilder()
                    .addGets(GrpcCluster.get("b3"))
                    .addGets(GrpcCluster.get("b2"))
                    .addGets(GrpcCluster.get("b1"))
                    .build());
    assertEquals(List.of("3"), GrpcCluster.values(gets.getOutcomes(0).getDone()));
    assertEquals(com.google.rpc.Code.NOT_FOUND_VALUE, gets.getOutcomes(1).getFailure().getCode());
    assertEquals(List.of("1"), GrpcCluster.values(gets.getOutcomes(2).getDone()));
  }

  @Test
  void aBatchIsNeitherEmptyNorEndless() {
    var empty = failure(() -> store().batchGet(BatchGetRequest.getDefaultInstance()));
    assertEquals(Code.INVALID_ARGUMENT, empty.getStatus().getCode());
    var many = BatchGetRequest.newBuilder();
    for (int i = 0; i <= Batch.MOST_REQUESTS; i++) {
      many.addGets(GrpcCluster.get("a"));
    }
    var endless = failure(() -> store().batchGet(many.build()));
    assertEquals(Code.INVALID_ARGUMENT, endless.getStatus().getCode());
  }

  @Test
  void whatDoesNotFitIntoABatchMayBeGotAlone() {
    var value = ByteString.copyFrom(new byte[1 << 20]);
    store().put(GrpcCluster.put("big", "").setValue(value).build());
    var batch = BatchGetRequest.newBuilder();
    for (int i = 0; i < 6; i++) {
      batch.addGets(GrpcCluster.get("big"));
    }
    List<Boolean> done = new ArrayList<>();
    for (var outcome : store().batchGet(batch.build()).getOutcomesList()) {
      done.add(outcome.hasDone());
    }
    assertEquals(List.of(true, true, true, false, false, false), done);
  }

  @Test
  void aStreamAnswersWhatItIsSentByNumber() throws Exception {
    var answers = new Answers();
    StreamObserver<StreamRequest> requests =
        KeyValueGrpc.newStub(Objects.requireNonNull(cluster).channel()).stream(answers);
    for (int i = 0; i < STREAMED; i++) {
      requests.onNext(
          StreamRequest.newBuilder()
              .setId(i)
              .setPut(GrpcCluster.put("s" + i % 100, "v").setTimeoutMillis(30_000))
              .build());
    }
    requests.onNext(
        StreamRequest.newBuilder()
            .setId(STREAMED)
            .setGet(GrpcCluster.get("nothing").toBuilder().setTimeoutMillis(30_000))
            .build());
    requests.onNext(StreamRequest.newBuilder().setId(STREAMED + 1).build());
    requests.onNext(
        StreamRequest.newBuilder()
            .setId(STREAMED + 2)
            .setDelete(
                DeleteRequest.newBuilder().setKey(GrpcCluster.key("s0")).setTimeoutMillis(30_000))
            .build());
    requests.onCompleted();
    Map<Long, StreamResponse> byId = new TreeMap<>();
    for (int i = 0; i < STREAMED + 3; i++) {
      StreamResponse response = answers.take();
      byId.put(response.getId(), response);
    }
    answers.awaitEnd();
    assertEquals(STREAMED + 3, byId.size());
    long refused =
        byId.values().stream()
            .filter(response -> response.getFailure().getReason().equals("too-many-siblings"))
            .count();
    long stored = byId.values().stream().filter(StreamResponse::hasPut).count();
    assertEquals(STREAMED, stored + refused);
    assertEquals(300, stored);
    assertEquals("no-value", response(byId, STREAMED).getFailure().getReason());
    assertEquals("request", response(byId, STREAMED + 1).getFailure().getField());
    assertTrue(response(byId, STREAMED + 2).hasDelete());
  }

  private static StreamResponse response(Map<Long, StreamResponse> responses, long id) {
    var response = responses.get(id);
    assertNotNull(response);
    return response;
  }

  /** Collects what a stream answers. */
  private static final class Answers implements StreamObserver<StreamResponse> {
    private final BlockingQueue<StreamResponse> responses = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    @Override
    public void onNext(StreamResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      ends.add(cause.toString());
    }

    @Override
    public void onCompleted() {
      ends.add("completed");
    }

    StreamResponse take() throws InterruptedException {
      var response = responses.poll(30, TimeUnit.SECONDS);
      assertNotNull(response, ends::toString);
      return response;
    }

    void awaitEnd() throws InterruptedException {
      assertEquals("completed", ends.poll(30, TimeUnit.SECONDS));
    }
  }
}
