package io.flywheel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Zone;
import io.flywheel.server.config.Address;
import io.flywheel.server.config.Durability;
import io.flywheel.server.config.ServerConfig;
import io.flywheel.server.runtime.ProcessEnd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A server from its configuration to its answers. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class FlywheelServerTest {
  @Parameter private int lanes;
  @TempDir private Path folder;

  @Test
  void aServerAnswersOverHttpAndRemembersAfterARestart() throws Exception {
    ServerConfig config = config();
    try (var client = HttpClient.newHttpClient()) {
      var server = FlywheelServer.start(config, new NoEnd());
      assertEquals(200, put(client, config, "book").statusCode());
      assertTrue(get(client, config).body().contains("\"book\""));
      assertThrows(IOException.class, () -> FlywheelServer.start(config, new NoEnd()).close());
      server.close();
      assertThrows(IOException.class, () -> get(client, config));
      var again = FlywheelServer.start(config, new NoEnd());
      assertTrue(get(client, config).body().contains("\"book\""));
      again.close();
    }
  }

  private static HttpResponse<String> put(HttpClient client, ServerConfig config, String value)
      throws Exception {
    HttpResponse<String> answer;
    do {
      // The first requests may meet a node that has not formed its cluster of one yet.
      answer =
          client.send(
              HttpRequest.newBuilder(uri(config))
                  .PUT(HttpRequest.BodyPublishers.ofString("{\"value\": \"" + value + "\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } while (answer.statusCode() == 503);
    return answer;
  }

  private static HttpResponse<String> get(HttpClient client, ServerConfig config) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(config)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(ServerConfig config) {
    return URI.create("http://" + config.client() + "/kv/cart:42");
  }

  private ServerConfig config() throws IOException {
    try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new ServerConfig(
          "node-1",
          Zone.DEFAULT,
          1,
          folder.resolve("data"),
          new Address("127.0.0.1", first.getLocalPort()),
          new Address("127.0.0.1", second.getLocalPort()),
          Bytes.utf8("a secret of this test server"),
          List.of(),
          List.of("node-1"),
          Durability.FSYNC,
          lanes,
          0,
          ServerConfig.DEFAULT_TRANSFER_BYTES_PER_SECOND,
          new ClusterSettings("test", 64, Quorum.majority(1), Limits.DEFAULT, List.of()));
    }
  }

  private static final class NoEnd implements ProcessEnd {
    @Override
    public void abruptly(String reason, Throwable cause) {
      throw new AssertionError(reason, cause);
    }

    @Override
    public void orderly(String reason) {
      throw new AssertionError(reason);
    }
  }
}
