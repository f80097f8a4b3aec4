package io.flywheel.server.http;

import static io.flywheel.server.http.ScriptedPort.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.version.ContextSeal;
import io.flywheel.server.http.RawClient.Response;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong within a well-framed request: nothing of it reaches the node. */
final class BadInputTest {
  private static final String VALUE = "{\"value\":\"x\"}";

  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer();
    server.port().answer("", written());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void assertProblem(int status, Response answer) {
    assertEquals(status, answer.status(), answer.text());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    assertTrue(answer.text().contains("\"status\":" + status), answer.text());
    assertTrue(answer.text().contains("\"type\":\"urn:flywheel:problem:"), answer.text());
    assertTrue(!answer.text().contains("Exception"), answer.text());
  }

  /** The same connection serves on after each of them. */
  private void assertRefused(int status, String method, String target, String headers, String body)
      throws IOException {
    try (var client = server.connect()) {
      assertProblem(status, client.request(method, target, headers, body).response());
      assertTrue(server.port().sawNothing());
      assertEquals(404, client.request("GET", "/nothing", "", "").response().status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/kv/", "/kv//", "/kv//a", "/kv/a//b", "/kv/a/b/c", "/kv/.", "/kv/..", "/kv/%2e%2E",
        "/kv/carts/..", "/kv/%00", "/kv/a%7f", "/kv/a%1Fb", "/kv/%", "/kv/%4", "/kv/%zz", "/kv/a?b",
        "/kv/a?", "/kv/carts/"
      })
  void keys(String target) throws Exception {
    assertRefused(400, "PUT", target, "", VALUE);
    assertRefused(400, "GET", target, "", "");
  }

  @Test
  void keysAtTheirLimit() throws Exception {
    assertEquals(200, server.exchange("PUT", "/kv/" + "%41".repeat(1024), "", VALUE).status());
    assertEquals(1024, server.port().nextPut().key().bytes().length());
    assertRefused(400, "PUT", "/kv/" + "%41".repeat(1025), "", VALUE);
    assertRefused(400, "PUT", "/kv/" + "a".repeat(1025), "", VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "/, 404",
    "/kv, 404",
    "/KV/a, 404",
    "//kv/a, 404",
    "/kv%2Fa, 404",
    "/admin, 404",
    "*, 404",
    "/kv/a#b, 400",
    "kv/a, 400",
    "ftp://h/kv/a, 400",
  })
  void paths(String target, int status) throws Exception {
    try (var client = server.connect()) {
      assertProblem(status, client.request("GET", target, "", "").response());
    }
  }

  @Test
  void aProxysAbsoluteTargetIsTheSamePath() throws Exception {
    assertEquals(200, server.exchange("PUT", "http://other/kv/a", "", VALUE).status());
    assertEquals("default/a", server.port().nextPut().key().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "POST, 405",
    "PATCH, 405",
    "OPTIONS, 405",
    "TRACE, 405",
    "CONNECT, 405",
    "BREW, 501",
    "get, 501",
    "G$T, 501",
  })
  void methods(String method, int status) throws Exception {
    try (var client = server.connect()) {
      Response answer = client.request(method, "/kv/a", "", "").response();
      assertProblem(status, answer);
      if (status == 405) {
        assertEquals("GET, HEAD, PUT, DELETE", answer.header("Allow"));
      }
    }
    assertTrue(server.port().sawNothing());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "W: 0",
        "W: 17",
        "W: -1",
        "W: +1",
        "W: 1.0",
        "W: two",
        "W: QUORUM",
        "W: local",
        "PW: quorum",
        "W:",
        "W: 1 1",
        "W: 0x1",
        "W: 99999999999999999999",
        "W: ٣",
        "R: 0",
        "R: 17",
        "R: 1e0",
        "PW: 0",
        "PW: 17",
        "PW: x",
        "PR: 0",
        "PR: 17",
        "PR: 1;",
        "TTL: 0",
        "TTL: -1",
        "TTL: 3155760001",
        "TTL: 1h",
        "TTL: 1.5",
        "TTL: 9223372036854775808",
        "TTL:",
        "Timeout: 0ms",
        "Timeout: 61s",
        "Timeout: 5",
        "Timeout: -1s",
        "Timeout: 1.5s",
        "Timeout: s",
        "Timeout: 99999999999d",
        "Timeout:",
        "Timeout: 200 ms",
        "Idempotency-Key:",
      })
  void headersOutOfRange(String header) throws Exception {
    assertRefused(400, "PUT", "/kv/a", header + "\r\n", VALUE);
    assertRefused(400, "GET", "/kv/a", header + "\r\n", "");
    assertRefused(400, "DELETE", "/kv/a", header + "\r\n", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "W: 1",
        "W: 3",
        "R: 3",
        "PW: 1",
        "PR: 3",
        "TTL: 1",
        "TTL: 3155760000",
        "Timeout: 1ms",
        "Timeout: 60s",
        "Timeout: 1m",
        "Idempotency-Key: x",
        "w:\t2 ",
        "Context:"
      })
  void headersAtTheEdgeOfTheirRange(String header) throws Exception {
    assertEquals(200, server.exchange("PUT", "/kv/a", header + "\r\n", VALUE).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"W: 1", "Timeout: 1s", "Context: c", "Idempotency-Key: k", "TTL: 5"})
  void repeatedHeaders(String header) throws Exception {
    String twice = header + "\r\n" + header.toLowerCase(Locale.ROOT) + "\r\n";
    assertProblem(400, server.exchange("PUT", "/kv/a", twice, VALUE));
    assertTrue(server.port().sawNothing());
  }

  @Test
  void repeatedTypesAreRefusedToo() throws Exception {
    String twice = "Content-Type: a/b\r\nContent-Type: a/c\r\n";
    try (var client = server.connect()) {
      assertProblem(400, client.request("PUT", "/kv/a", twice, VALUE).response());
    }
  }

  @Test
  void anIdempotencyKeyHasAtMost255Characters() throws Exception {
    String longest = "Idempotency-Key: " + "k".repeat(255) + "\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/a", longest, VALUE).status());
    server.port().nextPut();
    assertRefused(400, "PUT", "/kv/a", "Idempotency-Key: " + "k".repeat(256) + "\r\n", VALUE);
  }

  @Test
  void twoDifferentContexts() throws Exception {
    String body = "{\"value\":\"x\",\"context\":\"b\"}";
    assertRefused(400, "PUT", "/kv/a", "Context: a\r\n", body);
    assertEquals(200, server.exchange("PUT", "/kv/a", "Context: b\r\n", body).status());
    assertEquals("b", server.port().nextPut().context());
    String empty = "{\"value\":\"x\",\"context\":\"\"}";
    assertEquals(200, server.exchange("PUT", "/kv/a", "Context: b\r\n", empty).status());
    assertEquals("b", server.port().nextPut().context());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: text",
        "Content-Type: /",
        "Content-Type: a/b/c",
        "Content-Type: a b/c",
        "Content-Type: text/pläin",
        "Content-Type:",
        "Content-Type: a/b, c/d",
        "Content-Type: application/json; charset=latin1",
        "Content-Encoding: gzip"
      })
  void typesThatCannotBeStored(String header) throws Exception {
    assertRefused(415, "PUT", "/kv/a", header + "\r\n", VALUE);
  }

  @Test
  void aTypeHasAtMost255Bytes() throws Exception {
    String longest = "Content-Type: a/" + "b".repeat(253) + "\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/a", longest, "x").status());
    server.port().nextPut();
    assertRefused(415, "PUT", "/kv/a", "Content-Type: a/" + "b".repeat(254) + "\r\n", "x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"value\":1}",
        "{\"value\":\"x\",\"more\":\"y\"}",
        "{\"value\":\"x\"}x",
        "{\"value\":\"x\",\"value\":\"y\"}",
        "{\"value\":\"\\ud800\"}",
        "{\"value\":\"\u00ff\"}"
      })
  void bodies(String body) throws Exception {
    assertRefused(400, "PUT", "/kv/a", "", body);
  }

  @Test
  void depth() throws Exception {
    assertRefused(400, "PUT", "/kv/a", "", "{\"value\":" + "[".repeat(10_000));
  }

  @Test
  void valuesAreMeasuredAfterDecoding() throws Exception {
    int limit = TestServer.LIMITS.valueBytes();
    String escapes = "{\"value\":\"" + "\\u0041".repeat(limit) + "\"}";
    assertEquals(200, server.exchange("PUT", "/kv/a", "", escapes).status());
    assertEquals(limit, server.port().nextPut().write().value().length());
    assertRefused(413, "PUT", "/kv/a", "", "{\"value\":\"" + "x".repeat(limit + 1) + "\"}");
    String raw = "Content-Type: text/plain\r\n";
    assertEquals(200, server.exchange("PUT", "/kv/a", raw, "x".repeat(limit)).status());
    server.port().nextPut();
    assertRefused(413, "PUT", "/kv/a", raw, "x".repeat(limit + 1));
    assertRefused(413, "PUT", "/kv/a", raw, "x".repeat(4 * limit));
  }

  @Test
  void beyondFourTimesTheLimitTheConnectionEnds() throws Exception {
    int limit = TestServer.LIMITS.valueBytes();
    try (var client = server.connect()) {
      String raw = "Content-Type: text/plain\r\n";
      client.request("PUT", "/kv/a", raw, "x".repeat(4 * limit + 1));
      Response answer = client.response();
      assertProblem(413, answer);
      assertEquals("close", answer.header("Connection"));
      assertTrue(client.atEnd());
    }
    try (var client = server.connect()) {
      client.send("PUT /kv/a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n");
      assertProblem(413, client.response());
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aContextMayBeAsLongAsAnyThatIsGivenOut() throws Exception {
    String longest = "c".repeat(ContextSeal.MAX_TOKEN_CHARS);
    String body = "{\"value\":\"x\",\"context\":\"" + longest + "\"}";
    assertEquals(200, server.exchange("PUT", "/kv/a", "", body).status());
    assertEquals(longest, server.port().nextPut().context());
    assertEquals(
        200, server.exchange("DELETE", "/kv/a", "", "{\"context\":\"" + longest + "\"}").status());
  }

  @Test
  void aBodyThatNobodyAskedForIsIgnored() throws Exception {
    server.port().answer("", ScriptedPort.found(ScriptedPort.text("x")));
    assertEquals(200, server.exchange("GET", "/kv/a", "", "whatever").status());
    assertNotNull(server.port().next());
  }
}
