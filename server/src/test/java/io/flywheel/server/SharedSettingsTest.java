package io.flywheel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /admin/namespaces} and {@code /admin/limits} of a cluster of one that decides. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class SharedSettingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMESPACES = "/admin/namespaces";
  private static final String LIMITS = "/admin/limits";

  @TempDir private Path folder;
  private @Nullable ClusterOfOne cluster;
  private @Nullable RawClient client;

  @BeforeEach
  void start() throws IOException {
    var started = ClusterOfOne.start(folder, 2);
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

  private Response exchange(String method, String path, String body) throws IOException {
    assertNotNull(client);
    String type = body.isEmpty() ? "" : "Content-Type: application/json\r\n";
    return client.request(method, path, type, body.replace('\'', '"')).response();
  }

  private JsonNode answered(int status, String method, String path, String body)
      throws IOException {
    Response answer = exchange(method, path, body);
    assertEquals(status, answer.status(), answer.text());
    return JSON.readTree(answer.text());
  }

  private static String text(JsonNode namespace) {
    return "%s %s %s %s %s"
        .formatted(
            namespace.get("name").asText(),
            namespace.get("conflicts").asText(),
            namespace.get("overflow").asText(),
            namespace.get("blind-writes").asText(),
            namespace.get("ttl").asText());
  }

  @Test
  void aNamespaceIsMadeUsedAndChanged() throws Exception {
    String wanted = "{'change':'create','name':'carts','blind-writes':'allow','ttl':'30d'";
    JsonNode foretold = answered(200, "POST", NAMESPACES, wanted + ",'dry-run':true}");
    assertTrue(foretold.get("before").isNull());
    assertEquals(1, foretold.get("epoch").intValue());
    assertEquals(404, exchange("PUT", "/kv/carts/a", "{'value':'x'}").status());

    JsonNode made = answered(200, "POST", NAMESPACES, wanted + "}");
    assertEquals(2, made.get("epoch").intValue());
    assertEquals("carts siblings refuse allow 30d", text(made.get("namespace")));
    assertEquals(200, exchange("PUT", "/kv/carts/a", "{'value':'x'}").status());

    JsonNode set =
        answered(
            200,
            "POST",
            NAMESPACES,
            "{'change':'set','name':'carts','overflow':'keep-newest','ttl':null}");
    assertEquals("carts siblings refuse allow 30d", text(set.get("before")));
    assertEquals("carts siblings keep-newest allow null", text(set.get("namespace")));
    JsonNode all = answered(200, "GET", NAMESPACES, "");
    assertEquals(3, all.get("epoch").intValue());
    assertEquals("careful siblings refuse refuse null", text(all.get("namespaces").get(0)));
    assertEquals("carts siblings keep-newest allow null", text(all.get("namespaces").get(1)));
    assertEquals(4, all.get("namespaces").size());
  }

  @Test
  void limitsAreRaisedWhileRequestsCome() throws Exception {
    String large = "{'value':'" + "x".repeat(2 << 20) + "'}";
    assertEquals(413, exchange("PUT", "/kv/a", large).status());
    JsonNode foretold = answered(200, "POST", LIMITS, "{'value':4194304,'dry-run':true}");
    assertEquals(1 << 20, foretold.get("before").get("value").intValue());
    JsonNode made = answered(200, "POST", LIMITS, "{'value':4194304}");
    assertEquals(3, made.get("limits").get("siblings").intValue());
    assertEquals(200, exchange("PUT", "/kv/a", large).status());
    JsonNode shown = answered(200, "GET", LIMITS, "");
    assertEquals(4 << 20, shown.get("limits").get("value").intValue());
    assertEquals(2, shown.get("epoch").intValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "namespaces|{'change':'set','name':'birds','ttl':'1d'}|there is no namespace birds",
        "namespaces|{'change':'create','name':'lww'}|with other settings",
        "namespaces|{'change':'set','name':'lww','conflicts':'siblings'}|what conflicts become",
        "namespaces|{'change':'create','name':'a b'}|a namespace's name has",
        "namespaces|{'change':'create','name':'a','ttl':'999999d'}|at most a century",
        "limits|{'value':99999999999}|a value's limit is",
        "limits|{'value':100,'object':99}|at least as large as a value",
        "limits|{'siblings':0}|the limit of siblings is",
      })
  void whatCannotBeIsRefused(String page, String body, String reason) throws Exception {
    for (String wanted : new String[] {body, body.replace("}", ",'dry-run':true}")}) {
      Response answer = exchange("POST", "/admin/" + page, wanted);
      assertEquals(409, answer.status(), answer.text());
      assertTrue(answer.text().contains(reason), answer.text());
    }
    assertEquals(1, answered(200, "GET", NAMESPACES, "").get("epoch").intValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "namespaces|{'name':'a'}|change is create or set",
        "namespaces|{'change':'create','name':'a','conflicts':'none'}|siblings, last-write-wins",
        "namespaces|{'change':'create','name':'a','ttl':'soon'}|ttl is a whole number",
        "namespaces|{'change':'create','name':'a','ttl':'0s'}|ttl is a whole number",
        "namespaces|{'change':'create','name':'a','colour':'red'}|the members are change",
        "limits|{'values':1}|the members are value",
        "limits|[]|a JSON object is wanted",
      })
  void whatIsMalformedIsRefused(String page, String body, String reason) throws Exception {
    Response answer = exchange("POST", "/admin/" + page, body);
    assertEquals(400, answer.status(), answer.text());
    assertTrue(answer.text().contains(reason), answer.text());
  }
}
