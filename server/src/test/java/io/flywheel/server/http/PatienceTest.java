package io.flywheel.server.http;

import static io.flywheel.server.http.ScriptedPort.found;
import static io.flywheel.server.http.ScriptedPort.text;
import static io.flywheel.server.http.ScriptedPort.typed;
import static io.flywheel.server.http.ScriptedPort.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.model.Bytes;
import io.flywheel.server.http.RawClient.Response;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a server waits, and how much it lets clients take. */
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class PatienceTest {
  private static final String PUT = "PUT /kv/a HTTP/1.1\r\nHost: h\r\n";
  private static final String RAW = "Content-Type: a/b\r\n";
  private static final int FOREVER = 1_000_000;

  @Parameter private int lanes;

  private static HttpLimits limits(
      int connections, long bufferedBytes, long idleMillis, long stallMillis, long requestMillis) {
    return new HttpLimits(
        8192,
        8192,
        connections,
        bufferedBytes,
        idleMillis,
        stallMillis,
        requestMillis,
        1 << 20,
        50);
  }

  private static void assertLateAndClosed(RawClient client) throws IOException {
    Response answer = client.response();
    assertEquals(408, answer.status());
    assertEquals("application/problem+json", answer.header("Content-Type"));
    assertEquals("close", answer.header("Connection"));
    assertTrue(client.atEnd());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "P",
        "PUT /kv/a HT",
        PUT,
        PUT + "Content-Length: 20\r\n\r\n",
        PUT + "Content-Length: 20\r\n\r\n{\"value\"",
        PUT + "Transfer-Encoding: chunked\r\n\r\n",
        PUT + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"
      })
  void aStalledRequestIsGivenUp(String begun) throws Exception {
    try (var server = new TestServer(limits(10, FOREVER, FOREVER, 50, FOREVER), lanes);
        var client = server.connect()) {
      client.send(begun);
      assertLateAndClosed(client);
    }
  }

  @Test
  void aDrippingRequestIsGivenUpThoughItNeverStalls() throws Exception {
    try (var server = new TestServer(limits(10, FOREVER, FOREVER, FOREVER, 100), lanes);
        var client = server.connect()) {
      client.send(PUT + "Content-Length: 100000\r\n\r\n");
      long sentNanos = System.nanoTime();
      while (!client.hasAnswer()) {
        if (System.nanoTime() - sentNanos > 1_000_000) {
          sentNanos = System.nanoTime();
          client.send("x");
        }
        Thread.onSpinWait();
      }
      assertEquals(408, client.response().status());
    }
  }

  @Test
  void anIdleConnectionEndsWithoutAWord() throws Exception {
    try (var server = new TestServer(limits(10, FOREVER, 500, FOREVER, FOREVER), lanes)) {
      server.port().answer("", found(text("x")));
      try (var client = server.connect()) {
        assertTrue(client.atEnd());
      }
      try (var client = server.connect()) {
        assertEquals(200, client.request("GET", "/kv/a", "", "").response().status());
        assertTrue(client.atEnd());
      }
    }
  }

  @Test
  void aRequestThatIsCarriedOutIsNotIdle() throws Exception {
    try (var server = new TestServer(limits(10, FOREVER, 100, 100, 100), lanes);
        var client = server.connect()) {
      client.request("GET", "/kv/a", "", "");
      server.port().next();
      try (var witness = server.connect()) {
        // By the time this one was ended for being idle, the other would have been as well.
        assertTrue(witness.atEnd());
      }
      server.port().release();
      assertEquals(404, client.response().status());
    }
  }

  @Test
  void thereAreOnlySoManyConnections() throws Exception {
    try (var server = new TestServer(limits(3, FOREVER, FOREVER, FOREVER, FOREVER), lanes)) {
      server.port().answer("", found(text("x")));
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < 3; i++) {
        RawClient client = server.connect();
        clients.add(client);
        assertEquals(200, client.request("GET", "/kv/a", "", "").response().status());
      }
      try (var client = server.connect()) {
        Response refused = client.response();
        assertEquals(503, refused.status());
        assertEquals("1", refused.header("Retry-After"));
        assertTrue(client.atEnd());
      }
      clients.getFirst().close();
      assertEquals(200, clients.getLast().request("GET", "/kv/a", "", "").response().status());
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void bodiesShareABudget() throws Exception {
    String declared = PUT + RAW + "Content-Length: 9000\r\n\r\n";
    try (var server = new TestServer(limits(10, 10_000, FOREVER, FOREVER, FOREVER), lanes);
        var first = server.connect();
        var second = server.connect()) {
      server.port().answer("", written());
      first.send(declared + "x".repeat(8_999));
      // Its body is paid for once it has begun; an answer on the way back shows that it has.
      first.send("");
      try (var other = server.connect()) {
        assertEquals(404, other.request("GET", "/none", "", "").response().status());
      }
      Response refused = second.send(declared + "x".repeat(9_000)).response();
      assertEquals(503, refused.status());
      assertEquals("1", refused.header("Retry-After"));
      assertTrue(refused.text().contains("\"outcome\":\"not-done\""));

      assertEquals(200, first.send("x").response().status());
      assertEquals(200, second.send(declared + "x".repeat(9_000)).response().status());
      String chunked = PUT + RAW + "Transfer-Encoding: chunked\r\n\r\n2328\r\n";
      assertEquals(
          200, second.send(chunked + "x".repeat(9_000) + "\r\n0\r\n\r\n").response().status());
    }
  }

  @Test
  void theBudgetComesBackWhenAClientVanishes() throws Exception {
    String declared = PUT + RAW + "Content-Length: 9000\r\n\r\n";
    try (var server = new TestServer(limits(10, 10_000, FOREVER, FOREVER, FOREVER), lanes)) {
      server.port().answer("", written());
      for (int i = 0; i < 5; i++) {
        try (var client = server.connect()) {
          client.send(declared + "x");
        }
      }
      try (var client = server.connect()) {
        int status = 503;
        while (status == 503) {
          status = client.send(declared + "x".repeat(9_000)).response().status();
        }
        assertEquals(200, status);
      }
    }
  }

  @Test
  void aClientThatDoesNotReadIsCutOff() throws Exception {
    var large = typed(Bytes.wrap(new byte[16 << 20]), "a/b");
    var limits = new HttpLimits(8192, 8192, 10, 1 << 20, FOREVER, FOREVER, 500, 1 << 30, 50);
    try (var server = new TestServer(limits, lanes);
        var client = server.connect()) {
      server.port().answer("", found(large));
      client.request("GET", "/kv/a", "Accept: a/b\r\n", "");
      server.port().next();
      // While the first is stuck, there is no room for a second large answer.
      assertEquals(503, statusOfLargeGet(server));
      int status = 503;
      while (status == 503) {
        status = statusOfLargeGet(server);
      }
      assertEquals(200, status);
      assertThrows(IOException.class, client::response);
    }
  }

  /** 503 also where the answer came too slowly, as it may on a busy machine. */
  private static int statusOfLargeGet(TestServer server) {
    try {
      return server.exchange("GET", "/kv/a", "Accept: a/b\r\n", "").status();
    } catch (IOException e) {
      return 503;
    }
  }

  @Test
  void anAnswerForAClientThatHasGoneIsDropped() throws Exception {
    try (var server = new TestServer(lanes)) {
      for (int i = 0; i < 20; i++) {
        server.port().answer("", found(text("x")));
        try (var client = server.connect()) {
          client.request("GET", "/kv/a", "", "");
        }
      }
      assertEquals(200, server.exchange("GET", "/kv/a").status());
    }
  }

  @Test
  void aServerThatStopsFinishesWhatItHasBegun() throws Exception {
    try (var server = new TestServer(lanes);
        var idle = server.connect();
        var busy = server.connect()) {
      server.port().answer("", found(text("x")));
      assertEquals(200, idle.request("GET", "/kv/a", "", "").response().status());
      busy.send("GET /kv/a HTTP/1.1\r\n");
      try (var other = server.connect()) {
        assertEquals(200, other.request("GET", "/kv/a", "", "").response().status());
      }
      server.stopListening();
      assertTrue(idle.atEnd());
      Response last = busy.send("Host: h\r\n\r\n").response();
      assertEquals(200, last.status());
      assertEquals("close", last.header("Connection"));
      assertTrue(busy.atEnd());
    }
  }

  @Test
  void aBugIsAFiveHundredWithoutItsStack() throws Exception {
    try (var server = new TestServer()) {
      server
          .port()
          .answer(
              "",
              request -> {
                throw new IllegalStateException("a secret");
              });
      Response answer = server.exchange("GET", "/kv/a");
      assertEquals(500, answer.status());
      assertTrue(!answer.text().contains("secret"), answer.text());
    }
  }
}
