package io.flywheel.server.http;

import static io.flywheel.server.http.ScriptedPort.found;
import static io.flywheel.server.http.ScriptedPort.text;
import static io.flywheel.server.http.ScriptedPort.typed;
import static io.flywheel.server.http.ScriptedPort.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Obstacle;
import io.flywheel.core.message.Outcome.Refusal;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Reach;
import io.flywheel.server.http.RawClient.Response;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a well-behaved client sees. */
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class KeyValueTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "Content-Type: application/json\r\n";
  private static final Bytes BINARY = Bytes.wrap(new byte[] {(byte) 0xff, 0, 'a', (byte) 0xc0});

  @Parameter private int lanes;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(lanes);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static JsonNode json(Response response) throws IOException {
    return JSON.readTree(response.text());
  }

  /** How many that are depends on the copies that there are when it is done. */
  @ParameterizedTest
  @CsvSource({
    "one, 1, ANYWHERE",
    "3, 3, ANYWHERE",
    "quorum, 1, QUORUM",
    "all, 1, ALL",
    "local_quorum, 1, LOCAL",
    "each_quorum, 1, EACH"
  })
  void namesStandForShares(String name, int count, Reach.Scope scope) throws Exception {
    server.port().answer("c", written());
    server.exchange("PUT", "/kv/k", "W: " + name + "\r\nR: 2\r\n", "{\"value\": \"v\"}");
    var put = server.port().nextPut();
    assertEquals(count, put.w());
    assertEquals(scope, put.reach().scope());

    server.port().answer("c", written());
    server.exchange("DELETE", "/kv/k", "W: " + name + "\r\n", "");
    var deletion = server.port().nextPut();
    assertEquals(count, deletion.w());
    assertEquals(scope, deletion.reach().scope());

    server.port().answer("c", found(text("v")));
    server.exchange("GET", "/kv/k", "R: " + name + "\r\nW: 2\r\n", "");
    var get = (ClientRequest.Get) server.port().next();
    assertEquals(count, get.r());
    assertEquals(scope, get.reach().scope());
  }

  @Test
  void aPutIsAnsweredWithContextAndReceipt() throws Exception {
    server.port().answer("c1", written());
    Response answer =
        server.exchange(
            "PUT", "/kv/cart", JSON_TYPE, "{\"value\": \"bread\", \"context\": \"c0\"}");

    assertEquals(200, answer.status());
    assertEquals("application/json", answer.header("Content-Type"));
    assertEquals("c1", answer.header("Context"));
    assertEquals(
        "{\"context\":\"c1\",\"receipt\":"
            + "{\"n\":3,\"primaries\":2,\"fallbacks\":0,\"racks\":2,\"datacenters\":1,\"durable\":true}}",
        answer.text());
    ClientRequest.Put put = server.port().nextPut();
    assertEquals(Key.of("default", "cart"), put.key());
    assertEquals(Bytes.utf8("bread"), put.write().value());
    assertEquals("", put.write().contentType());
    assertEquals("c0", put.context());
    assertEquals(0, put.w());
    assertEquals(0, put.pw());
    assertEquals(0, put.ttlMillis());
    assertNull(put.id());
    assertEquals(1000, put.timeoutMillis());
  }

  @Test
  void allHeadersOfAWriteReachTheNode() throws Exception {
    server.port().answer("c1", written());
    String headers =
        "W: 3\r\npw: 2\r\nTIMEOUT: 200ms\r\nTTL: 60\r\nContext: c0\r\nIdempotency-Key: once\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/carts/a", headers, "{\"value\":\"\"}").status());

    ClientRequest.Put put = server.port().nextPut();
    assertEquals(Key.of("carts", "a"), put.key());
    assertEquals(3, put.w());
    assertEquals(2, put.pw());
    assertEquals(200, put.timeoutMillis());
    assertEquals(60_000, put.ttlMillis());
    assertEquals("c0", put.context());
    assertTrue(put.write().value().isEmpty());
    assertNotNull(put.id());

    assertEquals(200, server.exchange("PUT", "/kv/carts/b", headers, "{\"value\":\"\"}").status());
    assertEquals(put.id(), server.port().nextPut().id());
    String other = "Idempotency-Key: twice\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/carts/b", other, "{\"value\":\"\"}").status());
    assertNotEquals(put.id(), server.port().nextPut().id());
  }

  @Test
  void aGetWithOneValue() throws Exception {
    server.port().answer("c1", found(text("a \"quoted\"\nline \\ \u0001 ключ")));
    Response answer = server.exchange("GET", "/kv/cart", "R: 1\r\nPR: 1\r\nTimeout: 2s\r\n", "");

    assertEquals(200, answer.status());
    assertEquals("c1", answer.header("Context"));
    assertEquals("a \"quoted\"\nline \\ \u0001 ключ", json(answer).get("value").textValue());
    assertEquals("c1", json(answer).get("context").textValue());
    assertEquals(
        "{\"primaries\":2,\"fallbacks\":1,\"repaired\":1}", json(answer).get("receipt").toString());
    assertNull(json(answer).get("encoding"));
    assertNull(json(answer).get("content-type"));
    var get = (ClientRequest.Get) server.port().next();
    assertEquals(1, get.r());
    assertEquals(1, get.pr());
    assertEquals(2000, get.timeoutMillis());
  }

  @Test
  void siblingsAreAThreeHundredWithOneContext() throws Exception {
    server.port().answer("c2", found(text("a"), typed(BINARY, "image/png"), text("c")));
    Response answer = server.exchange("GET", "/kv/cart", "Accept: image/png\r\n", "");

    assertEquals(300, answer.status());
    assertEquals("c2", answer.header("Context"));
    JsonNode versions = json(answer).get("versions");
    assertEquals(3, versions.size());
    assertEquals("{\"value\":\"a\"}", versions.get(0).toString());
    assertEquals("base64", versions.get(1).get("encoding").textValue());
    assertEquals("image/png", versions.get(1).get("content-type").textValue());
    assertEquals(BINARY, Bytes.wrap(versions.get(1).get("value").binaryValue()));
    assertEquals("c2", json(answer).get("context").textValue());
    assertEquals(1, json(answer).get("receipt").get("repaired").intValue());
    assertTrue(server.records().contains("3 values"));
  }

  @Test
  void nothingIsAFourOhFourWithTheContextOfADeletionIfThereIsOne() throws Exception {
    server.port().answer("gone", found());
    Response deleted = server.exchange("GET", "/kv/cart");
    assertEquals(404, deleted.status());
    assertEquals("gone", deleted.header("Context"));
    assertEquals("gone", json(deleted).get("context").textValue());
    assertEquals("application/problem+json", deleted.header("Content-Type"));
    assertEquals(404, json(deleted).get("status").intValue());

    server.port().answer("", found());
    Response never = server.exchange("GET", "/kv/cart");
    assertEquals(404, never.status());
    assertNull(never.header("Context"));
    assertNull(json(never).get("context"));
  }

  @Test
  void aDeleteReadsFirstOrTakesAContext() throws Exception {
    server.port().answer("c3", written());
    assertEquals(200, server.exchange("DELETE", "/kv/cart").status());
    ClientRequest.Put blind = server.port().nextPut();
    assertTrue(blind.write().tombstone());
    assertNull(blind.context());

    assertEquals(200, server.exchange("DELETE", "/kv/cart", "Context: c2\r\n", "").status());
    assertEquals("c2", server.port().nextPut().context());
    assertEquals(200, server.exchange("DELETE", "/kv/cart", "", "{\"context\": \"c2\"}").status());
    assertEquals("c2", server.port().nextPut().context());
    assertEquals(400, server.exchange("DELETE", "/kv/cart", "", "{\"value\": \"x\"}").status());
    assertEquals(400, server.exchange("DELETE", "/kv/cart", "TTL: 5\r\n", "").status());
    assertEquals(
        415, server.exchange("DELETE", "/kv/cart", "Content-Type: text/plain\r\n", "x").status());
  }

  @Test
  void headIsAGetWithoutItsBody() throws Exception {
    server.port().answer("c1", found(text("bread")));
    try (var client = server.connect()) {
      Response answer = client.request("HEAD", "/kv/cart", "", "").response(false);
      assertEquals(200, answer.status());
      assertEquals("c1", answer.header("Context"));
      Response next = client.request("GET", "/kv/cart", "", "").response();
      assertEquals(answer.header("Content-Length"), next.header("Content-Length"));
    }
  }

  @Test
  void bytesThatAreNoTextTravelInBase64() throws Exception {
    server.port().answer("", written());
    String base64 = Base64.getEncoder().encodeToString(BINARY.array());
    String body = "{\"encoding\": \"base64\", \"value\": \"" + base64 + "\"}";
    assertEquals(200, server.exchange("PUT", "/kv/b", JSON_TYPE, body).status());
    assertEquals(BINARY, server.port().nextPut().write().value());

    server.port().answer("", found(typed(BINARY, "")));
    JsonNode answer = json(server.exchange("GET", "/kv/b"));
    assertEquals(base64, answer.get("value").textValue());
    assertEquals("base64", answer.get("encoding").textValue());
  }

  @Test
  void anotherContentTypeIsStoredAsItIs() throws Exception {
    server.port().answer("", written());
    try (var client = server.connect()) {
      String type = "Content-Type: image/png; a=\"b\"\r\nContext: c0\r\n";
      assertEquals(200, client.request("PUT", "/kv/p", type, BINARY.array()).response().status());
      ClientRequest.Put put = server.port().nextPut();
      assertEquals(BINARY, put.write().value());
      assertEquals("image/png; a=\"b\"", put.write().contentType());
      assertEquals("c0", put.context());
      assertEquals(200, client.request("PUT", "/kv/p", type, "").response().status());
      assertTrue(server.port().nextPut().write().value().isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what is stored | Accept | the type of the answer
        "image/png        | ''                                      | application/json",
        "image/png        | */*                                     | application/json",
        "image/png        | application/json                        | application/json",
        "image/png        | text/html                               | application/json",
        "image/png        | image/png                               | image/png",
        "image/png        | IMAGE/PNG;q=0.5                         | image/png",
        "image/png        | image/*                                 | image/png",
        "image/png        | text/html, image/png, */*;q=0.8         | image/png",
        "image/png        | image/png;q=0                           | application/json",
        "image/png        | application/octet-stream                | application/octet-stream",
        "image/png        | application/json, image/png;q=0.5       | application/json",
        "image/png        | application/json;q=0.5, image/png       | image/png",
        "text/plain; a=b  | text/plain                              | text/plain; a=b",
        "''               | application/octet-stream                | application/octet-stream",
        "''               | text/plain                              | application/json",
        "image/png        | ,;;,q=                                  | application/json",
      })
  void acceptDecidesBetweenBytesAndJson(String stored, String accept, String type)
      throws Exception {
    server.port().answer("c1", found(typed(BINARY, stored)));
    String header = accept.isEmpty() ? "" : "Accept: " + accept + "\r\n";
    Response answer = server.exchange("GET", "/kv/p", header, "");
    assertEquals(200, answer.status());
    assertEquals(type, answer.header("Content-Type"));
    assertEquals("c1", answer.header("Context"));
    if (type.equals("application/json")) {
      assertEquals(stored.isEmpty() ? null : stored, json(answer).path("content-type").textValue());
    } else {
      assertEquals(BINARY, answer.body());
    }
  }

  @Test
  void aFormIsCurlsHabitAndCountsAsJson() throws Exception {
    server.port().answer("", written());
    String form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/a", form, "{\"value\":\"x\"}").status());
    assertEquals(Bytes.utf8("x"), server.port().nextPut().write().value());
    String charset = "Content-Type: application/json; charset=utf-8\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/a", charset, "{\"value\":\"x\"}").status());
    assertEquals(200, server.exchange("PUT", "/kv/a", "", "{\"value\":\"x\"}").status());
  }

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN_NAMESPACE, 404, unknown-namespace",
    "BAD_QUORUM, 400, bad-quorum",
    "BAD_CONTEXT, 400, bad-context",
    "BAD_TTL, 400, bad-ttl",
    "BLIND_WRITE, 428, context-required",
    "VALUE_TOO_LARGE, 413, value-too-large",
    "OBJECT_TOO_LARGE, 409, object-too-large",
    "TOO_MANY_SIBLINGS, 409, too-many-siblings",
    "REQUEST_ID_REUSED, 422, idempotency-key-reused",
  })
  void refusalsAreProblems(Refusal refusal, int status, String type) throws Exception {
    server.port().answer("", new Outcome.Refused(refusal, "because of \"that\""));
    Response answer = server.exchange("PUT", "/kv/a", "", "{\"value\":\"x\"}");
    assertEquals(status, answer.status());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    JsonNode problem = json(answer);
    assertEquals("urn:flywheel:problem:" + type, problem.get("type").textValue());
    assertEquals(status, problem.get("status").intValue());
    assertEquals("because of \"that\"", problem.get("detail").textValue());
    assertTrue(problem.get("title").isTextual());
    assertNull(answer.header("Retry-After"));
  }

  @ParameterizedTest
  @CsvSource({
    "TOO_FEW_REPLICAS, PUT, 503, not-done",
    "OVERLOADED, PUT, 503, not-done",
    "NOT_SERVING, PUT, 503, not-done",
    "DEADLINE, PUT, 503, not-done",
    "TOO_FEW_REPLICAS, GET, 503, not-done",
    "DEADLINE, GET, 504,",
  })
  void obstaclesAreToBeTriedAgain(Obstacle obstacle, String method, int status, String outcome)
      throws Exception {
    server.port().answer("", new Outcome.NotDone(obstacle, "2 of 3 are down"));
    String body = method.equals("PUT") ? "{\"value\":\"x\"}" : "";
    Response answer = server.exchange(method, "/kv/a", "", body);
    assertEquals(status, answer.status());
    assertEquals(outcome, json(answer).path("outcome").textValue());
    assertEquals(status == 503 ? "1" : null, answer.header("Retry-After"));
  }

  @Test
  void anUnknownEndSaysSoForWrites() throws Exception {
    server.port().answer("", new Outcome.Unknown("1 of 2 answered"));
    Response put = server.exchange("PUT", "/kv/a", "", "{\"value\":\"x\"}");
    assertEquals(504, put.status());
    assertEquals("unknown", json(put).get("outcome").textValue());
    Response deletion = server.exchange("DELETE", "/kv/a");
    assertEquals("unknown", json(deletion).get("outcome").textValue());
    Response get = server.exchange("GET", "/kv/a");
    assertEquals(504, get.status());
    assertNull(json(get).get("outcome"));
  }

  @Test
  void everyRequestIsRecordedWithItsEnd() throws Exception {
    server.port().answer("", found());
    server.exchange("GET", "/kv/a");
    server.exchange("GET", "/kv/..");
    server.exchange("PUT", "/kv/a", "", "{");
    server.port().answer("", written());
    server.exchange("DELETE", "/kv/a");
    // The record of a request follows its answer; a further exchange makes sure that it is there.
    server.exchange("GET", "/elsewhere");
    var records = server.records();
    assertEquals("0 values", records.get(0));
    assertEquals("GET NOT_FOUND", records.get(1));
    assertEquals("GET REFUSED", records.get(2));
    assertEquals("PUT REFUSED", records.get(3));
    assertEquals("DELETE DONE", records.get(4));
  }
}
