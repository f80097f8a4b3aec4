package io.flywheel.server.http;

import static io.flywheel.server.http.ScriptedPort.found;
import static io.flywheel.server.http.ScriptedPort.text;
import static io.flywheel.server.http.ScriptedPort.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.RawClient.Response;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests begin and end on the wire. */
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class FramingTest {
  private static final String HOST = "Host: h\r\n";
  private static final String PUT = "PUT /kv/a HTTP/1.1\r\n" + HOST;
  private static final String GET = "GET /kv/a HTTP/1.1\r\n" + HOST + "\r\n";

  @Parameter private int lanes;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(lanes);
    server
        .port()
        .answer("", request -> request instanceof ClientRequest.Get ? found(text("x")) : written());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void assertRefusedAndClosed(int status, String bytes) throws IOException {
    try (var client = server.connect()) {
      Response answer = client.send(bytes).response();
      assertEquals(status, answer.status(), answer.text());
      assertEquals("application/problem+json", answer.header("Content-Type"));
      assertEquals("close", answer.header("Connection"));
      assertTrue(client.atEnd());
      assertTrue(server.port().sawNothing());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: -5",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: 5a",
        "Content-Length: 99999999999999999999999",
        "Content-Length:",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Content-Length : 5",
        " Content-Length: 5",
        "Content Length: 5",
        "no colon",
        ": no name",
        "Bad\u0000Name: x",
        "W: a\u0000b",
        "W: a\u000bb",
      })
  void lengthsAndHeadersThatCannotBeTrusted(String header) throws Exception {
    assertRefusedAndClosed(400, PUT + header + "\r\n\r\nhello");
  }

  @Test
  void codingsThatAreNotUnderstood() throws Exception {
    assertRefusedAndClosed(501, PUT + "Transfer-Encoding: gzip, chunked\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /kv/a                 | 400",
        "GET                       | 400",
        "GET  HTTP/1.1             | 400",
        "GET /kv/a HTTP/1.1 x      | 400",
        "GET /kv/a b HTTP/1.1      | 400",
        "GET /kv/a HTTP/1          | 400",
        "GET /kv/a HTTP/2.0        | 505",
        "GET /kv/a HTTP/3.7        | 505",
        "GET /kv/a ICE/1.1         | 400",
        "\u0016\u0003\u0001 a b    | 400",
      })
  void requestLines(String line, int status) throws Exception {
    assertRefusedAndClosed(status, line + "\r\n" + HOST + "\r\n");
  }

  @Test
  void aHostIsAskedForOnce() throws Exception {
    assertRefusedAndClosed(400, "GET /kv/a HTTP/1.1\r\n\r\n");
    assertRefusedAndClosed(400, "GET /kv/a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
  }

  @Test
  void linesAndHeadersHaveALimit() throws Exception {
    var limits = HttpLimits.DEFAULT;
    assertRefusedAndClosed(414, "GET /kv/" + "a".repeat(limits.lineBytes()) + " HTTP/1.1\r\n\r\n");
    assertRefusedAndClosed(
        431, "GET /kv/a HTTP/1.1\r\nX: " + "a".repeat(limits.headerBytes()) + "\r\n\r\n");
    var many = new StringBuilder("GET /kv/a HTTP/1.1\r\n" + HOST);
    for (int i = 0; many.length() < 2 * limits.headerBytes(); i++) {
      many.append("X-").append(i).append(": y\r\n");
    }
    assertRefusedAndClosed(431, many + "\r\n");
  }

  @Test
  void chunks() throws Exception {
    try (var client = server.connect()) {
      client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n");
      client
          .send("a\r\n{\"value\":\"\r\n")
          .send("3;ext=1\r\nabc\r\n2\r\n\"}\r\n0\r\nTrailer: t\r\n\r\n");
      assertEquals(200, client.response().status());
      assertEquals(Bytes.utf8("abc"), server.port().nextPut().write().value());
      assertEquals(200, client.send(GET).response().status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\n",
        "-1\r\n",
        "\r\n",
        "5\r\nhelloXY",
        "ffffffff\r\n",
        "100000000\r\n",
        ";\r\n",
        "5 5\r\n"
      })
  void brokenChunks(String chunk) throws Exception {
    assertRefusedAndClosed(400, PUT + "Transfer-Encoding: chunked\r\n\r\n" + chunk);
  }

  @Test
  void tooManyChunksAreReadToFourTimesTheLimit() throws Exception {
    int limit = TestServer.LIMITS.valueBytes();
    String raw = PUT + "Content-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunk = Integer.toHexString(limit) + "\r\n" + "x".repeat(limit) + "\r\n";
    try (var client = server.connect()) {
      Response answer = client.send(raw + chunk.repeat(4) + "0\r\n\r\n").response();
      assertEquals(413, answer.status());
      assertNull(answer.header("Connection"));
      assertEquals(200, client.send(GET).response().status());
    }
    try (var client = server.connect()) {
      Response answer = client.send(raw + chunk.repeat(4) + "1\r\nx\r\n").response();
      assertEquals(413, answer.status());
      assertEquals("close", answer.header("Connection"));
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aClientMayWaitForASignBeforeItSendsTheBody() throws Exception {
    try (var client = server.connect()) {
      client.send(PUT + "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
      assertEquals(100, client.response().status());
      assertEquals(200, client.send("{\"value\":\"x\"}").response().status());
      assertEquals(200, client.send(GET).response().status());
    }
    server.port().next();
    server.port().next();
    assertRefusedAndClosed(
        400,
        "PUT /kv/.. HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
    assertRefusedAndClosed(
        413, PUT + "Content-Type: a/b\r\nExpect: 100-continue\r\nContent-Length: 20000\r\n\r\n");
  }

  @Test
  void otherExpectationsFail() throws Exception {
    try (var client = server.connect()) {
      assertEquals(417, client.send(PUT + "Expect: wonders\r\n\r\n").response().status());
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
    server.port().answer("", request -> found(text(request.key().bytes().toUtf8())));
    var requests = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      requests.append("GET /kv/key-").append(i).append(" HTTP/1.1\r\n").append(HOST).append("\r\n");
    }
    try (var client = server.connect()) {
      client.send(requests.toString());
      for (int i = 0; i < 500; i++) {
        Response answer = client.response();
        assertTrue(answer.text().contains("\"value\":\"key-" + i + "\""), answer.text());
      }
    }
  }

  @Test
  void oneByteAtATimeIsARequestToo() throws Exception {
    try (var client = server.connect()) {
      for (char next : (PUT + "Content-Length: 13\r\n\r\n{\"value\":\"x\"}" + GET).toCharArray()) {
        client.send(String.valueOf(next));
      }
      assertEquals(200, client.response().status());
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void connectionsStayOrEndAsTheClientWishes() throws Exception {
    try (var client = server.connect()) {
      assertNull(client.send(GET).response().header("Connection"));
      client.send("GET /kv/a HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
      assertEquals("close", client.response().header("Connection"));
      assertTrue(client.atEnd());
    }
    try (var client = server.connect()) {
      client.send("GET /kv/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      assertEquals("keep-alive", client.response().header("Connection"));
      assertEquals(
          "close", client.send("GET /kv/a HTTP/1.0\r\n\r\n").response().header("Connection"));
      assertTrue(client.atEnd());
    }
  }

  @Test
  void aClientThatHasSaidAllStillGetsItsAnswer() throws Exception {
    try (var client = server.connect()) {
      client.send(GET + GET);
      client.endOutput();
      assertEquals(200, client.response().status());
      assertEquals(200, client.response().status());
      assertTrue(client.atEnd());
    }
    try (var client = server.connect()) {
      client.send("GET /kv/a HTT");
      client.endOutput();
      assertTrue(client.atEnd());
    }
    try (var client = server.connect()) {
      client.send(PUT + "Content-Length: 10\r\n\r\nabc");
      client.endOutput();
      assertTrue(client.atEnd());
    }
  }

  @Test
  void anotherProtocolIsForAnotherPortBehindThisOne() throws Exception {
    try (var client = server.connect()) {
      client.send("anot").send("her/1\r\n");
      assertTrue(client.atEnd(), "handed over, to a port that closes all that it gets");
    }
    assertRefusedAndClosed(505, "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n");
    assertRefusedAndClosed(400, "another/2\r\n\r\n");
  }
}
