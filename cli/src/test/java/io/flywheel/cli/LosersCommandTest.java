package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How discarded values are listed and put back. */
final class LosersCommandTest {
  private static final String FIRST =
      """
      {"namespace":"lww","key":"k","key-hex":"6b","value":"first","dot":"d1",
       "written-at":"2026-01-01T00:00:00Z","written-by":"node-2","expires-at":null}\
      """;
  private static final String SECOND =
      """
      {"namespace":"lww","key":"k","key-hex":"6b","value":"AP8=","encoding":"base64","dot":"d2",
       "content-type":"image/png","written-at":"2026-01-02T00:00:00Z","expires-at":null}\
      """;

  private static FakeNode node() {
    var address = new AtomicReference<>("");
    var node = new FakeNode(asked -> reply(asked, address.get()));
    address.set(node.address());
    return node;
  }

  /** Two members at one address: both logged the second, one the first. */
  private static String reply(Asked asked, String address) {
    if (asked.path().equals("/admin/members")) {
      String member = "{\"name\":\"%s\",\"state\":\"%s\",\"client\":\"" + address + "\"}";
      return answer(
          200,
          "{\"members\":[%s,%s,%s]}"
              .formatted(
                  member.formatted("node-1", "alive"),
                  member.formatted("node-2", "suspect"),
                  member.formatted("node-3", "down")));
    }
    if (asked.path().startsWith("/admin/losers")) {
      boolean complete = asked.path().contains("?");
      String losers = "{\"losers\":[" + SECOND + "," + FIRST + "],\"complete\":%s}";
      return answer(200, losers.formatted(complete));
    }
    return asked.method().equals("GET")
        ? answer(200, "{\"value\":\"now\"}", "Context: c0ffee")
        : answer(200, "{\"receipt\":{\"n\":3,\"primaries\":2,\"durable\":true}}");
  }

  @Test
  void valuesAreListedOnceTheOldestFirst() {
    try (var node = node()) {
      Ran ran = against(node, "losers", "k", "--namespace", "lww");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          number  namespace  key  written-at            by      bytes  value
          1       lww        k    2026-01-01T00:00:00Z  node-2  5      first
          2       lww        k    2026-01-02T00:00:00Z  -       2      image/png
          """,
          ran.out());
      assertEquals("/admin/losers?namespace=lww&key=k", node.last().path());
      assertTrue(ran.err().contains("node-3 does not answer"), ran.err());
      assertFalse(ran.err().contains("newest"), ran.err());
    }
  }

  @Test
  void aListThatIsNotWholeSaysSo() {
    try (var node = node()) {
      Ran ran = against(node, "losers");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.err().contains("node-1 shows the newest of what it has; name a KEY"));
    }
  }

  @Test
  void aRestoredValueReplacesWhatIsThereNow() {
    try (var node = node()) {
      Ran ran = against(node, "losers", "k", "--namespace", "lww", "--restore", "1", "--w", "2");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals("restored: 2 of 3 nodes confirmed it, on disk\n", ran.out());
      assertEquals("/kv/lww/k", node.last().path());
      assertEquals("{\"value\":\"first\",\"context\":\"c0ffee\"}", node.last().body());
      assertEquals("2", node.last().header("w"));

      assertEquals(0, against(node, "losers", "k", "--namespace", "lww", "--restore", "2").exit());
      assertEquals("image/png", node.last().header("content-type"));
      assertEquals("c0ffee", node.last().header("context"));
      assertEquals(
          List.of((byte) 0, (byte) -1), List.of(node.last().bytes()[0], node.last().bytes()[1]));
    }
  }

  @Test
  void aNumberThatIsNotThereChangesNothing() {
    try (var node = node()) {
      assertEquals(3, against(node, "losers", "k", "--restore", "3").exit());
      assertEquals(2, against(node, "losers", "--restore", "1").exit());
      assertTrue(node.asked().stream().noneMatch(asked -> asked.method().equals("PUT")));
    }
  }
}
