package io.flywheel.server.http;

import static io.flywheel.server.http.ScriptedPort.found;
import static io.flywheel.server.http.ScriptedPort.text;
import static io.flywheel.server.http.ScriptedPort.written;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.core.message.ClientRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes that nobody meant to send: whatever they are, the server answers properly or hangs up. */
final class WireFuzzTest {
  private static final String CHUNKS = "d\r\n{\"value\":\"x\"}\r\n0\r\n\r\n";

  private static final List<String> REQUESTS =
      List.of(
          "PUT /kv/a HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n{\"value\":\"x\"}",
          "PUT /kv/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nW: 2\r\n\r\n" + CHUNKS,
          "GET /kv/carts/a%20b HTTP/1.1\r\nHost: h\r\nAccept: */*;q=0.5\r\nTimeout: 5ms\r\n\r\n",
          "DELETE /kv/a HTTP/1.1\r\nHost: h\r\nContext: abc\r\nIdempotency-Key: k\r\n\r\n",
          "HEAD /kv/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "PUT /kv/t HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nhi",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000");

  private static final String SPICE =
      "\r\n \t:%/?#;,\"{}\\0159aZ\u0000\u0001\u007f\u0080\u00ff-+=*.";

  @Test
  void neverAStackNeverAHang() throws Exception {
    var random = new Random(4711);
    var limits = new HttpLimits(512, 1024, 100, 1 << 20, 2_000, 2_000, 5_000, 1 << 16, 100);
    try (var server = new TestServer(limits)) {
      server
          .port()
          .answer(
              "c", request -> request instanceof ClientRequest.Put ? written() : found(text("x")));
      for (int i = 0; i < 3_000; i++) {
        byte[] bytes = garbled(random).getBytes(ISO_8859_1);
        try (var client = server.connect()) {
          client.send(bytes);
          client.endOutput();
          readAll(client, bytes);
        } catch (EOFException | SocketException _) {
          // Hung up, which a request this broken has to expect.
        }
      }
      server.port().answer("", found(text("x")));
      assertEquals(200, server.exchange("GET", "/kv/a").status());
    }
  }

  private static void readAll(RawClient client, byte[] sent) throws IOException {
    String rest = new String(client.readAll(), ISO_8859_1);
    String about = new String(sent, ISO_8859_1) + " -> " + rest;
    assertTrue(rest.isEmpty() || rest.startsWith("HTTP/1.1 ") || rest.charAt(3) == 4, about);
    assertTrue(!rest.contains("HTTP/1.1 500"), about);
    assertTrue(!rest.contains("Exception"), about);
  }

  private static String garbled(Random random) {
    var text = new StringBuilder();
    for (int requests = 1 + random.nextInt(3); requests > 0; requests--) {
      text.append(REQUESTS.get(random.nextInt(REQUESTS.size())));
    }
    for (int edits = random.nextInt(6); edits > 0 && text.length() > 0; edits--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, SPICE.charAt(random.nextInt(SPICE.length())));
        case 1 -> text.insert(at, SPICE.charAt(random.nextInt(SPICE.length())));
        case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 20)));
      }
    }
    return text.toString();
  }
}
