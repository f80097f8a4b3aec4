package io.flywheel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.server.http.RawClient;
import io.flywheel.server.http.RawClient.Response;
import java.io.IOException;
import java.nio.file.Path;
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

/** A cluster of one, as its clients see it: contexts, siblings and deletions, through real HTTP. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class ClientPortTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameter private int lanes;
  @TempDir private Path folder;
  private @Nullable ClusterOfOne cluster;
  private @Nullable RawClient client;

  @BeforeEach
  void start() throws IOException {
    var started = ClusterOfOne.start(folder, lanes);
    cluster = started;
    client = new RawClient(started.address());
  }

  @AfterEach
  void stop() throws IOException {
    if (client != null) {
      client.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private Response exchange(String method, String path, String headers, String body)
      throws IOException {
    assertNotNull(client);
    return client.request(method, path, headers, body).response();
  }

  private String put(String path, String value, String headers) throws IOException {
    Response answer = exchange("PUT", path, headers, "{\"value\":\"" + value + "\"}");
    assertEquals(200, answer.status(), answer.text());
    return context(answer);
  }

  private static String context(Response answer) {
    String context = answer.header("Context");
    assertNotNull(context);
    return context;
  }

  private static JsonNode json(Response answer) throws IOException {
    return JSON.readTree(answer.text());
  }

  @Test
  void aContextReplacesWhatItCoversAndABlindWriteStandsBeside() throws Exception {
    String first = put("/kv/cart", "bread", "");
    Response read = exchange("GET", "/kv/cart", "", "");
    assertEquals("bread", json(read).get("value").textValue());
    String second = put("/kv/cart", "butter", "Context: " + first + "\r\n");
    assertEquals(200, exchange("GET", "/kv/cart", "", "").status());

    put("/kv/cart", "jam", "");
    Response siblings = exchange("GET", "/kv/cart", "", "");
    assertEquals(300, siblings.status());
    assertEquals(2, json(siblings).get("versions").size());

    // The second context covers butter and never jam, which its client has not read.
    put("/kv/cart", "cheese", "Context: " + second + "\r\n");
    assertEquals(2, json(exchange("GET", "/kv/cart", "", "")).get("versions").size());
    put("/kv/cart", "all", "Context: " + context(exchange("GET", "/kv/cart", "", "")) + "\r\n");
    assertEquals("all", json(exchange("GET", "/kv/cart", "", "")).get("value").textValue());
  }

  @Test
  void aDeletionLeavesAContext() throws Exception {
    Response never = exchange("GET", "/kv/gone", "", "");
    assertEquals(404, never.status());
    assertNull(never.header("Context"));
    put("/kv/gone", "x", "");
    assertEquals(200, exchange("DELETE", "/kv/gone", "", "").status());
    Response deleted = exchange("GET", "/kv/gone", "", "");
    assertEquals(404, deleted.status());
    put("/kv/gone", "again", "Context: " + context(deleted) + "\r\n");
    assertEquals("again", json(exchange("GET", "/kv/gone", "", "")).get("value").textValue());
  }

  @Test
  void namespacesKeepTheirRules() throws Exception {
    put("/kv/lww/a", "1", "");
    put("/kv/lww/a", "2", "");
    assertEquals("2", json(exchange("GET", "/kv/lww/a", "", "")).get("value").textValue());

    Response blind = exchange("PUT", "/kv/careful/a", "", "{\"value\":\"x\"}");
    assertEquals(428, blind.status(), blind.text());
    Response nothing = exchange("GET", "/kv/careful/a", "", "");
    assertEquals(404, nothing.status());
    put("/kv/careful/a", "x", "Context: " + context(nothing) + "\r\n");
    assertEquals(404, exchange("GET", "/kv/nowhere/a", "", "").status());
  }

  @Test
  void whatOnlyTheNodeCanJudgeIsJudged() throws Exception {
    String context = put("/kv/a", "1", "");
    String foreign = "Context: " + context + "\r\n";
    assertEquals(400, exchange("PUT", "/kv/b", foreign, "{\"value\":\"x\"}").status());
    assertEquals(400, exchange("PUT", "/kv/a", "Context: x\r\n", "{\"value\":\"x\"}").status());
    put("/kv/a", "2", "");
    put("/kv/a", "3", "");
    Response full = exchange("PUT", "/kv/a", "", "{\"value\":\"4\"}");
    assertEquals(409, full.status());

    String once = "Idempotency-Key: once\r\n";
    put("/kv/i", "1", once);
    put("/kv/i", "1", once);
    assertEquals(200, exchange("GET", "/kv/i", "", "").status());
    assertEquals(422, exchange("PUT", "/kv/i", once, "{\"value\":\"2\"}").status());
  }

  @Test
  void operatorsSeeTheSameNode() throws Exception {
    put("/kv/a%2Fb", "x", "TTL: 100\r\n");
    JsonNode members = json(exchange("GET", "/admin/members", "", ""));
    assertEquals("node-1", members.get("members").get(0).get("name").textValue());
    assertEquals("alive", members.get("members").get(0).get("state").textValue());
    JsonNode ring = json(exchange("GET", "/admin/ring", "", ""));
    assertEquals(1.0, ring.get("members").get(0).get("share").doubleValue());
    JsonNode key = json(exchange("GET", "/admin/explain/a%2Fb", "", ""));
    JsonNode sibling = key.get("replicas").get(0).get("siblings").get(0);
    assertEquals(1, sibling.get("value-bytes").intValue());
    assertTrue(sibling.get("expires-at").isTextual(), key.toString());
    String metrics = exchange("GET", "/metrics", "", "").text();
    assertTrue(metrics.contains("flywheel_requests_seconds_count{operation=\"put\""), metrics);
    assertTrue(metrics.contains("flywheel_http_connections 1"), metrics);
  }
}
