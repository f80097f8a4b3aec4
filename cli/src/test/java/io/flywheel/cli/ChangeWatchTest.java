package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flywheel.cli.http.Json;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** How a change is watched whose subject's process is known; all else is RingChangerTest's. */
final class ChangeWatchTest {
  private final Queue<String> rings = new ArrayDeque<>();

  @Test
  void aChangeThatWaitsForAProcessThatHasEndedIsNotWatchedAnyLonger() throws Exception {
    rings.add(ring(5, change("joining")));
    try (var node = node()) {
      var failure = assertThrows(Failure.class, () -> watched(node));
      assertEquals(
          "node-4 has ended, and the change waits for it; its log tells why, and the same command"
              + " starts it again and goes on",
          failure.getMessage());
    }
  }

  @Test
  void whoIsUndoneMayEnd() throws Exception {
    rings.addAll(List.of(ring(6, change("undoing")), ring(7, "null")));
    try (var node = node()) {
      assertEquals(7, watched(node).get("epoch").integer());
    }
  }

  /** The ring at the end of the change. */
  private static Json watched(FakeNode node) throws Exception {
    var nowhere = OutputStream.nullOutputStream();
    var terminal = new Terminal(InputStream.nullInputStream(), nowhere, nowhere, false, false);
    var contacts = Contacts.of(Json.NOTHING, node.address());
    return new ChangeWatch(terminal, true, contacts, () -> false)
        .awaitEnd(Json.parse(change("joining").getBytes(StandardCharsets.UTF_8)));
  }

  /** Its rings follow one another; the last one stays. */
  private FakeNode node() {
    return new FakeNode(_ -> answer(200, rings.size() > 1 ? rings.remove() : rings.element()));
  }

  private static String ring(int epoch, String change) {
    return "{\"epoch\":%d,\"members\":[],\"change\":%s}".formatted(epoch, change);
  }

  private static String change(String phase) {
    return "{\"kind\":\"join\",\"node\":\"node-4\",\"phase\":\"%s\",\"began\":5}".formatted(phase);
  }
}
