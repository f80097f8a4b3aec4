package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How namespaces and limits are shown and changed. */
final class SharedSettingsCommandsTest {
  private static final String CARTS =
      """
      {"name":"carts","conflicts":"siblings","overflow":"refuse","blind-writes":"allow","ttl":"30d"}\
      """;
  private static final String ENDLESS = CARTS.replace("\"30d\"", "null");
  private static final String LIMITS = "{\"value\":1048576,\"siblings\":10,\"object\":16777216}";

  /** A node that has come to epoch 3, and a member that is down. */
  private static FakeNode node() {
    var address = new AtomicReference<>("");
    var node = new FakeNode(asked -> reply(asked, address.get()));
    address.set(node.address());
    return node;
  }

  private static String reply(Asked asked, String address) {
    if (asked.path().equals("/admin/members")) {
      String member = "{\"name\":\"%s\",\"state\":\"%s\",\"client\":\"" + address + "\"}";
      return answer(
          200,
          "{\"epoch\":3,\"members\":[%s,%s]}"
              .formatted(member.formatted("node-1", "alive"), member.formatted("node-2", "down")));
    }
    if (asked.path().equals("/admin/limits")) {
      String limits = LIMITS.replace("10,", "20,");
      return asked.method().equals("GET")
          ? answer(200, "{\"epoch\":3,\"limits\":" + LIMITS + "}")
          : answer(200, "{\"epoch\":3,\"before\":%s,\"limits\":%s}".formatted(LIMITS, limits));
    }
    if (asked.method().equals("GET")) {
      return answer(200, "{\"epoch\":3,\"namespaces\":[" + CARTS + "," + ENDLESS + "]}");
    }
    if (asked.body().contains("birds")) {
      return answer(409, "{\"detail\":\"there is no namespace birds\"}");
    }
    String before = asked.body().contains("create") ? "null" : CARTS;
    String after = asked.body().contains("create") ? CARTS : ENDLESS;
    return answer(200, "{\"epoch\":3,\"before\":%s,\"namespace\":%s}".formatted(before, after));
  }

  private static List<String> bodies(FakeNode node) {
    return node.asked().stream().filter(it -> it.method().equals("POST")).map(Asked::body).toList();
  }

  @Test
  void namespacesAreListed() {
    try (var node = node()) {
      Ran ran = against(node, "namespace", "list");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          name   conflicts  overflow  blind-writes  ttl
          carts  siblings   refuse    allow         30d
          carts  siblings   refuse    allow         none
          """,
          ran.out());
      assertTrue(against(node, "namespace", "list", "--json").out().startsWith("{\"epoch\":3"));
    }
  }

  @Test
  void aNamespaceIsForetoldMadeAndWaitedFor() {
    try (var node = node()) {
      Ran ran = against(node, "namespace", "create", "carts", "--ttl", "30d", "--yes");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          carts: conflicts siblings, overflow refuse, blind-writes allow, ttl 30d
          done, epoch 3
          """,
          ran.out());
      assertTrue(ran.err().contains("node-2 did not say that they know"), ran.err());
      String wanted = "{\"change\":\"create\",\"name\":\"carts\",\"ttl\":\"30d\"";
      assertEquals(List.of(wanted + ",\"dry-run\":true}", wanted + "}"), bodies(node));
    }
  }

  @Test
  void whatChangesIsShownAndNotDoneUnlessAsked() {
    try (var node = node()) {
      Ran dry = against(node, "namespace", "set", "carts", "--ttl", "none", "--dry-run");
      assertEquals(0, dry.exit(), dry.err());
      assertEquals("carts: ttl 30d -> none\n", dry.out());
      assertEquals(1, bodies(node).size());
      assertTrue(bodies(node).getFirst().contains("\"ttl\":null"), bodies(node).getFirst());

      Ran unasked = against(node, "namespace", "set", "carts", "--overflow", "keep-newest");
      assertEquals(2, unasked.exit());
      assertTrue(unasked.err().contains("add --yes"), unasked.err());
      assertEquals(2, bodies(node).size());
    }
  }

  @Test
  void limitsAreShownAndChanged() {
    try (var node = node()) {
      assertEquals("value 1048576, siblings 10, object 16777216\n", against(node, "limits").out());
      Ran ran = against(node, "limits", "--siblings", "20", "--object", "16MiB", "--yes");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals("siblings 10 -> 20\ndone, epoch 3\n", ran.out());
      assertEquals("{\"siblings\":20,\"object\":16777216}", bodies(node).getLast());
      assertTrue(against(node, "limits", "--siblings", "20", "-y", "--json").out().startsWith("{"));
    }
  }

  @Test
  void whatIsRefusedOrMisspeltSaysSo() {
    try (var node = node()) {
      Ran refused = against(node, "namespace", "set", "birds", "--ttl", "1d", "--yes");
      assertEquals(1, refused.exit());
      assertTrue(refused.err().contains("there is no namespace birds"), refused.err());
      for (String line : List.of("namespace set carts", "namespace", "limits --value 4MB")) {
        Ran ran = against(node, line.split(" "));
        assertEquals(2, ran.exit(), ran.err());
      }
    }
  }
}
