package io.flywheel.server.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.Code;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.StreamRequest;
import io.flywheel.api.v1.StreamResponse;
import io.flywheel.server.ClusterOfOne;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class DirectConnectionTest {
  @Parameter private int lanes;
  @TempDir private Path folder;
  private @Nullable ClusterOfOne cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = ClusterOfOne.start(folder, lanes);
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private DirectClient connect() throws IOException {
    assertNotNull(cluster);
    return DirectClient.begun(cluster.address());
  }

  private static StreamRequest.Builder put(long id, String key, String value) {
    return StreamRequest.newBuilder().setId(id).setPut(GrpcCluster.put(key, value));
  }

  private static StreamRequest.Builder get(long id, String key) {
    return StreamRequest.newBuilder().setId(id).setGet(GrpcCluster.get(key));
  }

  private static void assertFailed(long id, Code code, String reason, StreamResponse response) {
    assertEquals(id, response.getId());
    Failure failure = response.getFailure();
    assertEquals(code.getNumber(), failure.getCode(), failure.toString());
    assertEquals(reason, failure.getReason());
  }

  @Test
  void eachRequestIsAnsweredUnderItsNumber() throws IOException {
    try (var client = connect()) {
      client.send(put(7, "a", "one"));
      var put = client.receive();
      assertEquals(7, put.getId());
      assertEquals(1, put.getPut().getReceipt().getPrimaries());
      client.send(get(8, "a"));
      assertEquals("one", client.receive().getGet().getValues(0).getValue().toStringUtf8());
      client.send(
          StreamRequest.newBuilder()
              .setId(9)
              .setDelete(
                  DeleteRequest.newBuilder()
                      .setKey(GrpcCluster.key("a"))
                      .setContext(put.getPut().getContext())));
      assertFalse(client.receive().getDelete().getContext().isEmpty());
      client.send(get(10, "a"));
      assertFailed(10, Code.NOT_FOUND, "no-value", client.receive());
      client.send(StreamRequest.newBuilder().setId(11));
      assertFailed(11, Code.INVALID_ARGUMENT, "malformed-body", client.receive());
    }
  }

  @Test
  void bytesMayComeOneByOne() throws IOException {
    assertNotNull(cluster);
    try (var client = new DirectClient(cluster.address())) {
      var all = new ByteArrayOutputStream();
      all.write(DirectPort.PREFACE);
      all.write(DirectClient.frame(put(1, "k", "v").build().toByteArray()));
      for (byte each : all.toByteArray()) {
        client.send(new byte[] {each});
      }
      assertEquals(1, client.receive().getPut().getReceipt().getPrimaries());
    }
  }

  @Test
  void theRingIsToldToo() throws IOException {
    try (var client = connect()) {
      var known = GetTopologyRequest.newBuilder();
      client.send(StreamRequest.newBuilder().setId(1).setTopology(known));
      var topology = client.receive().getTopology();
      assertTrue(topology.getReplicasCount() > 0);
      known.setKnownEpoch(topology.getEpoch());
      client.send(StreamRequest.newBuilder().setId(2).setTopology(known));
      assertEquals(0, client.receive().getTopology().getReplicasCount());
      known.setKnownEpoch(Long.MAX_VALUE);
      client.send(StreamRequest.newBuilder().setId(3).setTopology(known));
      assertEquals(0, client.receive().getTopology().getReplicasCount(), "as a sign of life");
    }
  }

  /**
   * More than are taken off the wire at a time, and more than fits into any buffer on the way; some
   * may be more than the node reads at a time.
   */
  @Test
  void whoSendsAndDoesNotReadWaitsAndIsAnsweredInTheEnd() throws Exception {
    int many = 3_000;
    try (var client = connect()) {
      client.send(put(1, "large", "v".repeat(20_000)));
      client.receive();
      var sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < many; i++) {
                    client.send(get(100 + i, "large"));
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      Set<Long> answered = new HashSet<>();
      int read = 0;
      for (int i = 0; i < many; i++) {
        var answer = client.receive();
        answered.add(answer.getId());
        if (answer.hasGet()) {
          read++;
        } else {
          assertFailed(answer.getId(), Code.RESOURCE_EXHAUSTED, "overloaded", answer);
        }
      }
      sending.get();
      assertTrue(read > 0, "some are read");
      assertEquals(many, answered.size());
    }
  }

  @Test
  void whatIsTooLargeIsSkippedAndEndsNothing() throws IOException {
    try (var client = connect()) {
      byte[] large = put(5, "k", "v".repeat(5 << 20)).build().toByteArray();
      client.send(DirectClient.frame(large));
      assertFailed(5, Code.RESOURCE_EXHAUSTED, "value-too-large", client.receive());
      client.send(put(6, "k", "v"));
      assertTrue(client.receive().hasPut());
      byte[] unnumbered = put(0, "k", "v".repeat(5 << 20)).build().toByteArray();
      client.send(DirectClient.frame(unnumbered));
      assertFailed(0, Code.RESOURCE_EXHAUSTED, "value-too-large", client.receive());
      client.send(get(7, "k"));
      assertTrue(client.receive().hasGet());
    }
  }

  @Test
  void whatCannotBeReadEndsTheConnection() throws IOException {
    for (byte[] garbage :
        new byte[][] {
          DirectClient.frame(-1, new byte[0]),
          DirectClient.frame(DirectConnection.MOST_SKIPPED_BYTES + 1, new byte[0]),
          DirectClient.frame("no message".getBytes(US_ASCII))
        }) {
      try (var client = connect()) {
        client.send(put(1, "k", "v"));
        assertTrue(client.receive().hasPut());
        client.send(garbage);
        assertFailed(0, Code.INVALID_ARGUMENT, "malformed-body", client.receive());
        assertNull(client.receiveOrEnd());
      }
    }
  }

  @Test
  void whatWasSentBeforeTheEndIsAnswered() throws IOException {
    try (var client = connect()) {
      client.send(put(1, "a", "1"), put(2, "b", "2"), put(3, "c", "3"));
      client.endOutput();
      for (int i = 0; i < 3; i++) {
        assertTrue(client.receive().hasPut());
      }
      assertNull(client.receiveOrEnd());
    }
  }

  /** More than are taken off the wire at a time. */
  @Test
  void whatStillWaitsAtTheEndIsAnsweredToo() throws IOException {
    int many = 3 * StreamRoom.MOST;
    try (var client = connect()) {
      client.send(put(1, "k", "v"));
      client.receive();
      var gets = new StreamRequest.Builder[many];
      for (int i = 0; i < many; i++) {
        gets[i] = get(100 + i, "k");
      }
      client.send(gets);
      client.endOutput();
      for (int i = 0; i < many; i++) {
        client.receive();
      }
      assertNull(client.receiveOrEnd());
    }
  }

  @Test
  void aNodeThatGoesSaysSo() throws IOException {
    try (var client = connect()) {
      client.send(put(1, "k", "v"));
      client.receive();
      assertNotNull(cluster);
      cluster.close();
      cluster = null;
      assertTrue(client.receive().hasClosing());
      assertNull(client.receiveOrEnd());
    }
  }
}
