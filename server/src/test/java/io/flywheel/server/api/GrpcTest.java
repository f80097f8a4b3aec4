package io.flywheel.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.flywheel.api.v1.Absence;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.Key;
import io.flywheel.api.v1.KeyValueGrpc;
import io.flywheel.api.v1.Level;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.Topology;
import io.flywheel.api.v1.Value;
import io.flywheel.server.http.RawClient;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster of one through real gRPC, on the port that HTTP has. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class GrpcTest {
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

  private static <T extends Message> @Nullable T detail(StatusRuntimeException e, Class<T> type)
      throws InvalidProtocolBufferException {
    var status = StatusProto.fromThrowable(e);
    assertNotNull(status);
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    return null;
  }

  private static String reason(StatusRuntimeException e) throws InvalidProtocolBufferException {
    var info = detail(e, ErrorInfo.class);
    assertNotNull(info);
    assertEquals("flywheel.io", info.getDomain());
    return info.getReason();
  }

  @Test
  void siblingsAreMergedByAContextThatCoversThem() {
    PutResponse first = store().put(GrpcCluster.put("cart", "bread").build());
    assertEquals(1, first.getReceipt().getPrimaries());
    assertTrue(first.getReceipt().getDurable());
    store().put(GrpcCluster.put("cart", "jam").setContentType("text/plain").build());
    GetResponse both = store().get(GrpcCluster.get("cart"));
    assertEquals(List.of("bread", "jam"), GrpcCluster.values(both));
    store().put(GrpcCluster.put("cart", "both").setContext(both.getContext()).build());
    GetResponse merged = store().get(GrpcCluster.get("cart"));
    assertEquals(List.of("both"), GrpcCluster.values(merged));
    assertEquals(1, merged.getReceipt().getPrimaries());
  }

  @Test
  void whatHttpWritesIsReadHereAndTheOtherWayRound() throws IOException {
    assertNotNull(cluster);
    try (var http = new RawClient(cluster.address())) {
      var written =
          http.request("PUT", "/kv/lww/a%2Fb", "Content-Type: image/x\r\n", "bytes").response();
      assertEquals(200, written.status());
      Key key = Key.newBuilder().setNamespace("lww").setKey(ByteString.copyFromUtf8("a/b")).build();
      GetResponse read = store().get(GetRequest.newBuilder().setKey(key).build());
      assertEquals(
          Value.newBuilder()
              .setValue(ByteString.copyFromUtf8("bytes"))
              .setContentType("image/x")
              .build(),
          read.getValues(0));
      store().put(GrpcCluster.put("c", "from here").build());
      assertTrue(http.request("GET", "/kv/c", "", "").response().text().contains("from here"));
    }
  }

  @Test
  void aDeletionLeavesAContext() throws Exception {
    StatusRuntimeException never = failure(() -> store().get(GrpcCluster.get("gone")));
    assertEquals(Code.NOT_FOUND, never.getStatus().getCode());
    assertEquals("no-value", reason(never));
    store().put(GrpcCluster.put("gone", "x").build());
    store().delete(DeleteRequest.newBuilder().setKey(GrpcCluster.key("gone")).build());
    var absence = detail(failure(() -> store().get(GrpcCluster.get("gone"))), Absence.class);
    assertNotNull(absence);
    store().put(GrpcCluster.put("gone", "again").setContext(absence.getContext()).build());
    assertEquals(List.of("again"), GrpcCluster.values(store().get(GrpcCluster.get("gone"))));
  }

  @Test
  void aRetryUnderTheSameIdIsTheSameWrite() throws Exception {
    ByteString id = ByteString.copyFrom(new byte[16]);
    store().put(GrpcCluster.put("once", "1").setRequestId(id).build());
    store().put(GrpcCluster.put("once", "1").setRequestId(id).build());
    assertEquals(List.of("1"), GrpcCluster.values(store().get(GrpcCluster.get("once"))));
    var reused = failure(() -> store().put(GrpcCluster.put("once", "2").setRequestId(id).build()));
    assertEquals(Code.FAILED_PRECONDITION, reused.getStatus().getCode());
    assertEquals("idempotency-key-reused", reason(reused));
  }

  @Test
  void tooManySiblingsAreRefused() throws Exception {
    for (int i = 0; i < 3; i++) {
      store().put(GrpcCluster.put("many", "v" + i).build());
    }
    var refused = failure(() -> store().put(GrpcCluster.put("many", "v4").build()));
    assertEquals(Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
    assertEquals("too-many-siblings", reason(refused));
  }

  @Test
  void valuesHaveTheLimitThatTheyHaveInHttp() throws Exception {
    var largest = ByteString.copyFrom(new byte[1 << 20]);
    store().put(GrpcCluster.put("large", "").setValue(largest).build());
    assertEquals(1 << 20, store().get(GrpcCluster.get("large")).getValues(0).getValue().size());
    var larger = ByteString.copyFrom(new byte[(1 << 20) + 1]);
    var refused = failure(() -> store().put(GrpcCluster.put("large", "").setValue(larger).build()));
    assertEquals(Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
    assertEquals("value-too-large", reason(refused));
    var largerThanAnyMessage = ByteString.copyFrom(new byte[16 << 20]);
    var cut =
        failure(
            () -> store().put(GrpcCluster.put("large", "").setValue(largerThanAnyMessage).build()));
    assertEquals(Code.RESOURCE_EXHAUSTED, cut.getStatus().getCode());
    assertEquals(List.of("fine"), afterAnotherPut());
  }

  private List<String> afterAnotherPut() {
    store().put(GrpcCluster.put("another", "fine").build());
    return GrpcCluster.values(store().get(GrpcCluster.get("another")));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
  void aLevelStandsForANumber(Level level) {
    var put = store().put(GrpcCluster.put("a", "x").setLevel(level).build());
    assertEquals(1, put.getReceipt().getDatacenters());
    var get = GrpcCluster.get("a").toBuilder().setLevel(level).build();
    assertEquals(List.of("x"), GrpcCluster.values(store().get(get)));
  }

  @Test
  void aBadFieldIsNamed() throws Exception {
    Map<String, PutRequest.Builder> requests = new TreeMap<>();
    requests.put("key", GrpcCluster.put("", "x"));
    requests.put("w", GrpcCluster.put("a", "x").setW(2));
    requests.put("level", GrpcCluster.put("a", "x").setW(1).setLevel(Level.LEVEL_ONE));
    requests.put("pw", GrpcCluster.put("a", "x").setPw(2));
    requests.put(
        "request_id", GrpcCluster.put("a", "x").setRequestId(ByteString.copyFromUtf8("short")));
    requests.put("timeout_millis", GrpcCluster.put("a", "x").setTimeoutMillis(60_001));
    requests.put("ttl_millis", GrpcCluster.put("a", "x").setTtlMillis(Long.MAX_VALUE));
    for (var each : requests.entrySet()) {
      var refused = failure(() -> store().put(each.getValue().build()));
      assertEquals(Code.INVALID_ARGUMENT, refused.getStatus().getCode());
      var details = detail(refused, BadRequest.class);
      assertNotNull(details);
      assertEquals(each.getKey(), details.getFieldViolations(0).getField());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", "a\u0000b", "a\u007f"})
  void aKeyThatHttpCannotNameIsNoKeyHere(String key) throws Exception {
    var refused = failure(() -> store().get(GrpcCluster.get(key)));
    assertEquals("malformed-key", reason(refused));
  }

  @Test
  void namespacesKeepTheirRules() throws Exception {
    Key careful =
        Key.newBuilder().setNamespace("careful").setKey(ByteString.copyFromUtf8("a")).build();
    var blind = failure(() -> store().put(GrpcCluster.put("a", "x").setKey(careful).build()));
    assertEquals(Code.FAILED_PRECONDITION, blind.getStatus().getCode());
    assertEquals("context-required", reason(blind));
    for (String name : List.of("nowhere", "n".repeat(1000))) {
      Key unknown =
          Key.newBuilder().setNamespace(name).setKey(ByteString.copyFromUtf8("a")).build();
      var refused = failure(() -> store().put(GrpcCluster.put("a", "x").setKey(unknown).build()));
      assertEquals(Code.NOT_FOUND, refused.getStatus().getCode());
      assertEquals("unknown-namespace", reason(refused));
    }
    var context = store().put(GrpcCluster.put("a", "x").build()).getContext();
    var foreign = failure(() -> store().put(GrpcCluster.put("b", "x").setContext(context).build()));
    assertEquals("bad-context", reason(foreign));
  }

  @Test
  void aDeadlineIsTheCallsOwn() {
    var late =
        failure(
            () ->
                store()
                    .withDeadlineAfter(-1, TimeUnit.MILLISECONDS)
                    .put(GrpcCluster.put("late", "x").build()));
    assertEquals(Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
  }

  @Test
  void clientsLearnWhoReplicatesWhat() {
    Topology topology = store().getTopology(GetTopologyRequest.getDefaultInstance());
    assertEquals(16, topology.getPartitions());
    assertEquals(1, topology.getN());
    assertEquals(16, topology.getReplicasCount());
    assertEquals("127.0.0.1:1", topology.getNodes(0).getAddress());
    assertTrue(topology.getNodes(0).getAlive());
    Topology unchanged =
        store()
            .getTopology(
                GetTopologyRequest.newBuilder().setKnownEpoch(topology.getEpoch()).build());
    assertEquals(topology.getEpoch(), unchanged.getEpoch());
    assertEquals(0, unchanged.getReplicasCount());
  }

  @Test
  void healthAndReflectionAreTheStandardOnes() throws Exception {
    assertNotNull(cluster);
    var request = HealthCheckRequest.newBuilder().setService("flywheel.v1.KeyValue").build();
    var health = HealthGrpc.newBlockingStub(cluster.channel());
    while (health.check(request).getStatus() != ServingStatus.SERVING) {
      Thread.onSpinWait(); // it is told a moment after the node serves
    }
    BlockingQueue<ServerReflectionResponse> responses = new LinkedBlockingQueue<>();
    var asked =
        ServerReflectionGrpc.newStub(cluster.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    responses.add(response);
                  }

                  @Override
                  public void onError(Throwable cause) {}

                  @Override
                  public void onCompleted() {}
                });
    asked.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    var response = responses.poll(30, TimeUnit.SECONDS);
    assertNotNull(response);
    var names =
        response.getListServicesResponse().getServiceList().stream()
            .map(service -> service.getName())
            .toList();
    assertTrue(names.contains("flywheel.v1.KeyValue"), names.toString());
    var older = "grpc.reflection.v1alpha.ServerReflection";
    assertTrue(names.contains(older), "tools that know no other: " + names);
    asked.onCompleted();
  }
}
