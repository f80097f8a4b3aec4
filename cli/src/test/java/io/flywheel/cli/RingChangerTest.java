package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code join}, {@code leave}, {@code remove} and the others ask, print, and end with. */
final class RingChangerTest {
  private static final String PREVIEW =
      """
      {"change":{"kind":"remove","node":"node-3","id":"a3"},
       "forecast":{"copies":48,"least-copies":48,"copy-bytes":1048576,"fetch-bytes":100663296,
        "limit-bytes-per-second":52428800,"seconds":2,"nodes":[
        {"name":"node-1","id":"a1","copies":48,"gains":24,"loses":0,"gain-bytes":25165824,
         "lose-bytes":0,"fetch-bytes":50331648,"peak-extra-bytes":25165824},
        {"name":"node-3","id":"a3","copies":48,"gains":0,"loses":48,"gain-bytes":0,
         "lose-bytes":50331648,"fetch-bytes":0,"peak-extra-bytes":0}],
        "crowded":[{"datacenter":"dc1","rack":"r1","before":0,"after":9}],
        "if-one-fails":[{"name":"node-1","partitions-by-copies":[0,20,44,0]}]}}
      """;
  private static final String CHANGE =
      """
      {"kind":"remove","node":"node-3","id":"a3","phase":"%s","began":5,"unconfirmed":[%s],
       "not-caught-up":[],"partitions":48,"copies":48}
      """;
  private static final String WITH =
      "{\"id\":\"a1\",\"name\":\"node-1\",\"copies\":48},{\"id\":\"a3\",\"name\":\"node-3\"}";
  private static final String WITHOUT = "{\"id\":\"a1\",\"name\":\"node-1\",\"copies\":96}";

  private final AtomicReference<String> address = new AtomicReference<>("");
  private final Queue<String> rings = new ArrayDeque<>();
  private String preview = PREVIEW;
  private String begun = answer(202, "{\"epoch\":5,\"change\":" + joining() + "}");

  private static String joining() {
    return CHANGE.formatted("joining", "");
  }

  private static String ring(int epoch, String members, String change) {
    return "{\"epoch\":%d,\"members\":[%s],\"change\":%s}".formatted(epoch, members, change);
  }

  /** node-1 of a cluster, whose rings follow one another; the last one stays. */
  private FakeNode node(String... successive) {
    rings.addAll(List.of(successive));
    var node = new FakeNode(this::answerTo);
    address.set(node.address());
    return node;
  }

  private String answerTo(Asked asked) {
    if (asked.method().equals("POST")) {
      return asked.body().contains("dry-run") ? answer(200, preview) : begun;
    }
    return switch (asked.path()) {
      case "/admin/members" ->
          answer(
              200,
              """
              {"node":"node-1","serving":true,"r":"1","w":"quorum","disk-used-bytes":480,"disk-free-bytes":1048576,
               "members":[{"name":"node-1","state":"alive","client":"%s"},
                {"name":"node-3","state":"down","client":"127.0.0.1:1"}]}
              """
                  .formatted(address.get()));
      case "/admin/transfers" ->
          answer(
              200,
              "{\"ring\":{\"copies\":48,\"copies-done\":12,\"bytes\":4096,\"bytes-done\":1024}}");
      default -> answer(200, rings.size() > 1 ? rings.remove() : rings.element());
    };
  }

  private static List<String> posts(FakeNode node) {
    return node.asked().stream()
        .filter(asked -> asked.method().equals("POST"))
        .map(Asked::body)
        .toList();
  }

  private static Ran interactively(FakeNode node, String input, String... words) {
    return Ran.run(
        Ran.NO_ENVIRONMENT,
        input,
        true,
        Stream.concat(Arrays.stream(words), Stream.of("--node", node.address()))
            .toArray(String[]::new));
  }

  @Test
  void aDryRunOnlyForetells() {
    try (var node = node(ring(4, WITH, "null"))) {
      Ran ran = against(node, "remove", "node-3", "--dry-run");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          node-3 is removed: 48 of 96 copies of partitions move (50.0%); the least possible is 48
          about 96.0MiB are fetched, by each node at 50.0MiB/s at most: 2s, or more under load
          node    copies  gains  loses  then  fetches   peak-disk  disk-free
          node-1  48      24     0      72    +48.0MiB  +24.0MiB   1.0MiB
          node-3  48      0      48     0     -         -          -
          note: node-1 has room for 1.0MiB and would need 24.0MiB: it would refuse to go on when \
          its disk is full
          note: rack dc1/r1 would hold a majority of the copies of 9 partitions (now of 0), which \
          could not be read and written with a majority when it is lost
          note: if one more node failed meanwhile, at the worst node-1, 20 partitions would have \
          1 of 3 live copies
          """,
          ran.out());
      assertEquals(
          List.of("{\"change\":\"remove\",\"node\":\"node-3\",\"dry-run\":true,\"copy-bytes\":10}"),
          posts(node));
      assertEquals(
          PREVIEW.stripTrailing() + "\n",
          against(node, "remove", "node-3", "--dry-run", "--json").out());
    }
  }

  /** Who says so types their names, and the members hear of it before the change. */
  @Test
  void whoIsLostIsNamedAndTypedOnceMore() {
    try (var node = node(ring(4, WITH, "null"), ring(7, WITHOUT, "null"))) {
      Ran wrong = interactively(node, "node-3\n", "remove", "node-3", "--lost", "node-4");
      assertEquals(1, wrong.exit());
      assertTrue(wrong.out().contains("lost for good: node-3, node-4"), wrong.out());
      assertTrue(wrong.out().contains("2 of 2 members"), wrong.out());
      assertTrue(wrong.err().contains("not their names"), wrong.err());
      assertEquals(2, against(node, "remove", "node-3", "--lost", "node-4").exit());
    }
    rings.clear();
    try (var node = node(ring(4, WITH, "null"), ring(7, WITHOUT, "null"))) {
      Ran right =
          interactively(node, "node-4, node-3\n", "remove", "node-3", "--lost", "node-4,node-3");
      assertEquals(0, right.exit(), right.err());
      List<String> posts = posts(node);
      assertTrue(posts.getFirst().contains("\"lost\":[\"node-4\",\"node-3\"]"), posts.toString());
      assertEquals("{\"change\":\"lost\",\"lost\":[\"node-4\",\"node-3\"]}", posts.get(1));
      assertEquals("{\"change\":\"remove\",\"node\":\"node-3\"}", posts.get(2));
    }
  }

  /** Who is lost may be lost while another change is open, which goes on without it. */
  @Test
  void whoIsLostDuringAnotherChangeIsSaidToBe() {
    try (var node = node(ring(5, WITH, joining()))) {
      Ran ran = against(node, "remove", "node-1", "--lost", "node-4", "--yes");
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("one step at a time"), ran.err());
      assertEquals(List.of("{\"change\":\"lost\",\"lost\":[\"node-1\",\"node-4\"]}"), posts(node));
    }
  }

  @Test
  void thatSomebodyIsLostMayBeRefused() {
    try (var node = node(ring(4, WITH, "null"))) {
      begun = answer(409, "{\"title\":\"no\",\"detail\":\"node-4 is alive\"}");
      Ran refused = against(node, "remove", "node-3", "--lost", "node-4", "--yes");
      assertEquals(1, refused.exit());
      assertTrue(refused.err().contains("node-4 is alive; nothing was changed"), refused.err());
      begun = answer(503, "{\"title\":\"later\"}");
      assertEquals(4, against(node, "remove", "node-3", "--lost", "node-4", "--yes").exit());
      begun = "";
      assertEquals(4, against(node, "remove", "node-3", "--lost", "node-4", "--yes").exit());
    }
  }

  @Test
  void whatTooFewAreLeftOfIsTold() {
    try (var node = node(ring(4, WITH, "null"))) {
      preview = PREVIEW.replace("\"crowded\"", "\"partitions-by-living\":[2,7,0,55],\"crowded\"");
      Ran ran = against(node, "remove", "node-3", "--lost", "node-4", "--dry-run");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().contains("note: of 2 partitions no copy lives"), ran.out());
      assertTrue(ran.out().contains("note: of 7 partitions only 1 of 3 copies live"), ran.out());
      assertEquals(1, posts(node).size(), "nobody is said to be lost");
    }
  }

  @Test
  void withoutATerminalItWantsToBeToldYes() {
    try (var node = node(ring(4, WITH, "null"))) {
      Ran ran = against(node, "remove", "node-3");
      assertEquals(2, ran.exit());
      assertTrue(ran.err().contains("add --yes"), ran.err());
      assertEquals(1, posts(node).size(), "foretold, not begun");
    }
  }

  @Test
  void onATerminalItAsks() {
    try (var node = node(ring(4, WITH, "null"))) {
      Ran refused = interactively(node, "n\n", "remove", "node-3");
      assertEquals(1, refused.exit());
      assertTrue(refused.out().contains("go on? [y/N]"), refused.out());
      assertTrue(refused.err().contains("as you wished"), refused.err());
      assertEquals(2, interactively(node, "", "remove", "node-3").exit(), "nobody answers");
      assertEquals(2, posts(node).size(), "foretold twice, not begun");
    }
    rings.clear();
    try (var node = node(ring(4, WITH, "null"), ring(7, WITHOUT, "null"))) {
      Ran agreed = interactively(node, "yes\n", "remove", "node-3");
      assertEquals(0, agreed.exit(), agreed.err());
      assertTrue(agreed.out().contains("done: removal of node-3, epoch 7"), agreed.out());
    }
  }

  @Test
  void aChangeIsWatchedUntilItIsDone() {
    try (var node =
        node(
            ring(4, WITH, "null"),
            ring(5, WITH, CHANGE.formatted("joining", "\"node-1\"")),
            ring(5, WITH, joining()),
            ring(6, WITHOUT, CHANGE.formatted("ready", "")),
            ring(7, WITHOUT, "null"))) {
      Ran ran = against(node, "remove", "node-3", "--yes");
      assertEquals(0, ran.exit(), ran.err());
      List<String> lines = ran.out().lines().toList();
      assertEquals(
          List.of(
              "node-3 is being removed",
              "joining: waiting for node-1 to confirm",
              "copying: 12 of 48 copies, 1.0KiB of 4.0KiB",
              "ready",
              "done: removal of node-3, epoch 7"),
          lines.subList(lines.size() - 5, lines.size()));
      assertEquals("{\"change\":\"remove\",\"node\":\"node-3\"}", posts(node).getLast());
    }
  }

  @Test
  void theSameCommandAgainGoesOnWatching() {
    try (var node =
        node(ring(5, WITH, joining()), ring(5, WITH, joining()), ring(7, WITHOUT, "null"))) {
      Ran ran = against(node, "remove", "node-3");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().startsWith("node-3 is being removed already; going on\n"), ran.out());
      assertEquals(List.of(), posts(node));
    }
  }

  @Test
  void anotherChangeWaitsForItsTurn() {
    try (var node = node(ring(5, WITH, joining()))) {
      Ran ran = against(node, "weight", "node-1", "2", "--yes");
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("node-3 is being removed"), ran.err());
      assertTrue(ran.err().contains("flywheel remove node-3 --undo"), ran.err());
      assertEquals(1, against(node, "weight", "node-1", "2", "--undo").exit());
      assertEquals(List.of(), posts(node));
    }
  }

  /** The same command that shows how many copies there are lets there be others. */
  @Test
  void howManyCopiesThereAreIsShownForetoldAndChanged() {
    String change =
        """
        {"kind":"replication","replication":{"n":3},"phase":"%s","began":5,"unconfirmed":[],
         "not-caught-up":[],"partitions":48,"copies":48}
        """;
    String two = "\"replication\":{\"n\":2},\"members\"";
    String three = "\"replication\":{\"n\":3},\"members\"";
    String rests = ring(4, WITH, "null").replace("\"members\"", two);
    String opens = ring(5, WITH, change.formatted("joining")).replace("\"members\"", two);
    String ends = ring(7, WITH, "null").replace("\"members\"", three);
    preview = PREVIEW.replace("\"node\":\"node-3\",\"id\":\"a3\"", "\"replication\":{\"n\":3}");
    preview = preview.replace("\"kind\":\"remove\"", "\"kind\":\"replication\"");
    begun = answer(202, "{\"epoch\":5,\"change\":" + change.formatted("joining") + "}");
    try (var node = node(rests)) {
      assertEquals(
          "copies of each key: {n: 2}; R is 1 and W is quorum where a request does not say\n",
          against(node, "replication").out());
      assertEquals(
          "{\"epoch\":4,\"replication\":{\"n\":2},\"r\":\"1\",\"w\":\"quorum\"}\n",
          against(node, "replication", "--json").out());
      Ran dry = against(node, "replication", "{n: 3}", "--dry-run");
      assertEquals(0, dry.exit(), dry.err());
      assertTrue(dry.out().startsWith("the copies of each key become {n: 3}: 48 of"), dry.out());
      assertEquals(
          "{\"change\":\"replication\",\"replication\":{\"n\":3},\"dry-run\":true,\"copy-bytes\":10}",
          posts(node).getLast());
    }
    rings.clear();
    try (var node = node(rests, opens, ends)) {
      Ran ran = against(node, "replication", "3", "--yes");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().contains("the copies of each key become {n: 3}\n"), ran.out());
      assertTrue(ran.out().endsWith("done: replication {n: 3}, epoch 7\n"), ran.out());
    }
    rings.clear();
    try (var node = node(opens, opens, ends)) {
      Ran ran = against(node, "replication", "{n: 3}", "--json");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          "{\"result\":\"done\",\"kind\":\"replication\",\"replication\":{\"n\":3},\"epoch\":7}\n",
          ran.out());
    }
    rings.clear();
    try (var node = node(opens)) {
      assertTrue(against(node, "replication").out().endsWith("become {n: 3}\n"));
      Ran other = against(node, "replication", "{dc1: 2, dc2: 1}", "--yes");
      assertEquals(1, other.exit());
      assertTrue(other.err().contains("flywheel replication '{n: 3}' --undo"), other.err());
    }
  }

  @Test
  void whatSaysNoNumbersOfCopiesIsAnError() {
    for (String text : List.of("", "many", "{n}", "{n: 3, n: 3}", "{n: -1}", "{dc1: 3,}")) {
      Ran ran = Ran.flywheel("replication", text, "--node", "127.0.0.1:1");
      assertEquals(2, ran.exit(), text);
      assertTrue(ran.err().contains("write 3, \"{n: 3}\" or"), ran.err());
    }
    assertEquals(2, Ran.flywheel("replication", "--undo").exit());
    assertEquals("{dc1: 3, dc2: 2}", String.valueOf(CopyCounts.parse("dc2:2, dc1: 3")));
  }

  /** Of five copies what two have written and what two have read need not meet. */
  @Test
  void wherePresentNumbersOfAnswersDoNotFitThatIsTold() {
    String rests = ring(4, WITH, "null");
    preview = PREVIEW.replace("\"node\":\"node-3\",\"id\":\"a3\"", "\"replication\":{\"n\":5}");
    preview = preview.replace("\"kind\":\"remove\"", "\"kind\":\"replication\"");
    try (var node = node(rests)) {
      Ran ran = against(node, "replication", "5", "--dry-run");
      assertTrue(
          ran.out()
              .contains(
                  "note: node-1 is configured with R 1 and W quorum, which need not meet of 5"),
          ran.out());
    }
  }

  @Test
  void whatIsUnderWayCanBeUndone() {
    try (var node =
        node(
            ring(5, WITH, joining()),
            ring(6, WITH, CHANGE.formatted("undoing", "")),
            ring(7, WITH, "null"))) {
      begun = answer(202, "{\"epoch\":6,\"change\":" + CHANGE.formatted("undoing", "") + "}");
      Ran ran = against(node, "remove", "node-3", "--undo");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().endsWith("undone: removal of node-3, epoch 7\n"), ran.out());
      assertEquals(List.of("{\"change\":\"undo\"}"), posts(node));
    }
    rings.clear();
    try (var node = node(ring(7, WITH, "null"))) {
      Ran ran = against(node, "remove", "node-3", "--undo");
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("nothing to undo"), ran.err());
      assertEquals(2, against(node, "remove", "node-3", "--undo", "--dry-run").exit());
    }
  }

  @Test
  void aChangeThatWaitsForOneThatIsDeadIsUndoneByWhoeverRemovesThatOne() {
    String leaving = joining().replace("remove", "leave");
    try (var node = node(ring(5, WITH, leaving))) {
      begun = answer(409, "{\"title\":\"no\",\"detail\":\"it is undone now: ask again\"}");
      Ran asked = interactively(node, "n\n", "remove", "node-3");
      assertEquals(1, asked.exit());
      assertTrue(asked.err().contains("node-3 is leaving"), asked.err());
      assertEquals(List.of(), posts(node));
      Ran removed = against(node, "remove", "node-3", "--yes");
      assertEquals(1, removed.exit());
      assertTrue(removed.err().contains("it is undone now: ask again"), removed.err());
      assertEquals("{\"change\":\"remove\",\"node\":\"node-3\"}", posts(node).getLast());
    }
  }

  @Test
  void whoseChangeIsUndoneByAnotherIsTold() {
    try (var node = node(ring(4, WITH, "null"), ring(7, WITH, "null"))) {
      Ran ran = against(node, "remove", "node-3", "--yes", "--json");
      assertEquals(1, ran.exit());
      assertEquals(
          "{\"result\":\"undone\",\"kind\":\"remove\",\"node\":\"node-3\",\"epoch\":7}\n",
          ran.out());
      assertTrue(ran.err().contains("was undone"), ran.err());
    }
  }

  @Test
  void refusalsAndDoubtsHaveTheirOwnEndings() {
    try (var node = node(ring(4, WITH, "null"))) {
      begun = answer(409, "{\"title\":\"no\",\"detail\":\"node-3 is alive\"}");
      Ran refused = against(node, "remove", "node-3", "--yes");
      assertEquals(1, refused.exit());
      assertTrue(refused.err().contains("node-3 is alive; nothing was changed"), refused.err());
      begun = answer(504, "{\"title\":\"late\",\"outcome\":\"unknown\"}");
      assertEquals(5, against(node, "remove", "node-3", "--yes").exit());
      begun = answer(503, "{\"title\":\"later\"}");
      assertEquals(4, against(node, "remove", "node-3", "--yes").exit());
      begun = "";
      assertEquals(5, against(node, "remove", "node-3", "--yes").exit());
    }
    assertEquals(4, Ran.flywheel("leave", "--node", "127.0.0.1:1").exit());
    assertEquals(2, Ran.flywheel("remove", "--yes").exit());
    assertEquals(2, Ran.flywheel("weight", "node-1", "0").exit());
  }

  /** The new node was to be asked: what is said of a member would be taken for done. */
  @Test
  void whoIsAMemberAlreadyReplacesNobody() {
    try (var node = node(ring(4, WITH, "null"))) {
      for (String dry : List.of("--yes", "--dry-run")) {
        Ran ran = against(node, "replace", "node-3", dry);
        assertEquals(1, ran.exit(), ran.out());
        assertTrue(ran.err().contains("node-1 is a member itself"), ran.err());
      }
      assertEquals(0, against(node, "replace", "node-1", "--yes").exit(), "it has its own place");
      assertEquals(List.of(), posts(node));
    }
  }

  @Test
  void whoIsAMemberAlreadyNeedNotJoin() {
    try (var node = node(ring(4, WITH, "null"))) {
      Ran ran = against(node, "join");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals("node-1 is a member already\n", ran.out());
      assertEquals(List.of(), posts(node));
    }
  }
}
