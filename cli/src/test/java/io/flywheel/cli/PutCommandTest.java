package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code flywheel put} asks of a node, in which order, and what it makes of the answers. */
final class PutCommandTest {
  private static final String STORED =
      """
      {"context":"c2","receipt":{"n":3,"primaries":2,"fallbacks":1,"racks":2,"durable":true}}\
      """;

  private static String store(Asked asked) {
    return asked.method().equals("GET")
        ? answer(200, "{\"value\":\"old\",\"context\":\"c1\"}")
        : answer(200, STORED);
  }

  @Test
  void putReadsTheContextFirstSoThatWritingTwiceReplaces() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      Ran ran = against(node, "put", "cart", "book");
      assertEquals(0, ran.exit());
      assertEquals(
          List.of("GET /kv/cart HTTP/1.1", "PUT /kv/cart HTTP/1.1"),
          node.asked().stream().map(Asked::line).toList());
      assertEquals("{\"value\":\"book\",\"context\":\"c1\"}", node.last().body());
      assertEquals("application/json", node.last().header("content-type"));
      assertEquals(
          "stored: 3 of 3 nodes confirmed it (1 standing in for another), 2 racks, on disk\n",
          ran.out());
      assertEquals("", ran.err());
    }
  }

  @Test
  void theContextOfADeletionCounts() {
    try (var node =
        new FakeNode(
            asked ->
                asked.method().equals("GET")
                    ? answer(404, "{\"title\":\"Not found\"}", "Context: c9")
                    : answer(200, STORED))) {
      against(node, "put", "cart", "book");
      assertEquals("{\"value\":\"book\",\"context\":\"c9\"}", node.last().body());
    }
  }

  @Test
  void blindAndExplicitContextsReadNothing() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      against(node, "put", "cart", "book", "--blind");
      assertEquals("{\"value\":\"book\"}", node.last().body());
      against(node, "put", "cart", "book", "--context", "mine");
      assertEquals("{\"value\":\"book\",\"context\":\"mine\"}", node.last().body());
      assertEquals(2, node.asked().size());
    }
  }

  @Test
  void optionsBecomeHeadersOfTheRequestThatTheyConcern() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      against(
          node,
          "put cart book --w local_quorum --pw 1 --r 3 --pr 2 --ttl 1h --timeout 2s --namespace lww"
              .split(" "));
      Asked get = node.asked().getFirst();
      assertEquals("/kv/lww/cart", get.path());
      assertEquals("3 2 2000ms ", headers(get, "r", "pr", "timeout", "w"));
      assertEquals(
          "local_quorum 1 3600 2000ms ", headers(node.last(), "w", "pw", "ttl", "timeout", "r"));
    }
  }

  /** What the write need not reach is not asked first. */
  @Test
  void aLocalWriteIsPrecededByALocalRead() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      against(node, "put", "cart", "book", "--w", "local_quorum");
      assertEquals("local_quorum", node.asked().getFirst().header("r"));
      against(node, "put", "cart", "book", "--w", "quorum");
      assertEquals("", node.asked().get(2).header("r"));
    }
  }

  private static String headers(Asked asked, String... names) {
    return String.join(" ", List.of(names).stream().map(asked::header).toList());
  }

  @Test
  void readersThatAreAwayDoNotKeepAWriteFromBeingMade() {
    try (var node =
        new FakeNode(
            asked ->
                asked.method().equals("GET") && !asked.header("r").equals("1")
                    ? answer(503, "{\"detail\":\"too few live replicas\"}")
                    : store(asked))) {
      assertEquals(0, against(node, "put", "cart", "book", "--w", "1").exit());
      assertEquals("{\"value\":\"book\",\"context\":\"c1\"}", node.last().body());
      assertEquals(4, against(node, "put", "cart", "book", "--r", "2").exit());
    }
  }

  @Test
  void bytesThatAreNotTextGoAsBase64(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("value");
    try (var node = new FakeNode(PutCommandTest::store)) {
      Files.write(file, new byte[] {(byte) 0xff, 0, 1});
      against(node, "put", "cart", "--blind", "--file", file.toString());
      assertEquals("{\"value\":\"/wAB\",\"encoding\":\"base64\"}", node.last().body());
      Files.write(file, new byte[] {1, 1, 1, 1, 1, 1});
      against(node, "put", "cart", "--blind", "--file", file.toString());
      assertEquals("{\"value\":\"AQEBAQEB\",\"encoding\":\"base64\"}", node.last().body());
    }
  }

  @Test
  void aDashReadsStandardInput() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      Ran.run(
          Ran.NO_ENVIRONMENT,
          "a\nb\n",
          false,
          "put",
          "k",
          "-",
          "--blind",
          "--node",
          node.address());
      assertEquals("{\"value\":\"a\\nb\\n\"}", node.last().body());
    }
  }

  @Test
  void anEmptyValueAndValuesThatLookLikeOptionsAreValues() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      assertEquals(0, against(node, "put", "k", "", "--blind").exit());
      assertEquals("{\"value\":\"\"}", node.last().body());
      assertEquals(0, against(node, "put", "k", "@home", "--blind").exit());
      assertEquals("{\"value\":\"@home\"}", node.last().body());
      assertEquals(0, against(node, "put", "k", "-5", "--blind").exit());
      assertEquals("{\"value\":\"-5\"}", node.last().body());
      assertEquals(
          0, Ran.flywheel("put", "--blind", "--node", node.address(), "--", "-k", "--w").exit());
      assertEquals("/kv/-k", node.last().path());
      assertEquals("{\"value\":\"--w\"}", node.last().body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "503, not-done, 4",
    "503, '', 4",
    "429, not-done, 4",
    "504, unknown, 5",
    "504, '', 5",
    "504, not-done, 4",
    "500, '', 5",
    "500, unknown, 5",
    "400, '', 2",
    "409, '', 1",
    "413, '', 1",
    "415, '', 1",
    "422, '', 1",
    "428, '', 1",
  })
  void theExitStatusSaysWhatIsKnownOfTheWrite(int status, String outcome, int exit) {
    String problem =
        "{\"title\":\"Short\",\"detail\":\"Long.\",\"outcome\":\"%s\"}".formatted(outcome);
    try (var node = FakeNode.answering(status, problem)) {
      Ran ran = against(node, "put", "k", "v", "--blind");
      assertEquals(exit, ran.exit());
      assertTrue(ran.err().matches("flywheel: Long; [^\\n]+\\n"), ran.err());
      assertEquals("", ran.out());
    }
  }

  @Test
  void aWriteWhoseAnswerIsLostMayHaveBeenDone() {
    try (var node = new FakeNode(asked -> "")) {
      Ran ran = against(node, "put", "k", "v", "--blind");
      assertEquals(5, ran.exit());
      assertTrue(ran.err().contains("read the key before you write again"), ran.err());
    }
  }

  @Test
  void aWriteThatWasNeverSentWasNotDone() {
    String nobody;
    try (var node = FakeNode.answering(200, "{}")) {
      nobody = node.address();
    }
    Ran ran = Ran.flywheel("put", "k", "v", "--blind", "--node", nobody);
    assertEquals(4, ran.exit());
    assertTrue(ran.err().contains("flywheel up"), ran.err());
  }

  @ParameterizedTest
  @CsvSource({
    "put",
    "put k",
    "put k v w",
    "put k v --file f",
    "put k v --w two",
    "put k v --ttl 0",
    "put k v --ttl 10ms",
    "put k v --ttl soon",
    "put k v --timeout 5",
    "put k v --blind --context c",
    "put k v --unheard-of",
    "put k v --node nowhere",
    "put k v --node http://127.0.0.1:7401"
  })
  void misuseIsOneLineThatSaysWhatToDo(String words) {
    Ran ran = Ran.flywheel(words.split(" "));
    assertEquals(2, ran.exit(), ran.err());
    assertTrue(ran.err().matches("flywheel: [^\\n]+\\n"), ran.err());
    assertEquals("", ran.out());
  }

  @Test
  void anUnknownNamespaceIsAMistakeAndNoMissingValue() {
    String problem = "{\"type\":\"urn:flywheel:unknown-namespace\",\"detail\":\"no namespace x\"}";
    try (var node = FakeNode.answering(404, problem)) {
      assertEquals(1, against(node, "put", "k", "v", "--namespace", "x").exit());
      assertEquals(1, against(node, "get", "k", "--namespace", "x").exit());
    }
  }

  @Test
  void withJsonTheAnswerIsPrintedAsItCame() {
    try (var node = new FakeNode(PutCommandTest::store)) {
      assertEquals(STORED + "\n", against(node, "put", "k", "v", "--json").out());
    }
    try (var node = FakeNode.answering(503, "{\"status\":503}")) {
      Ran ran = against(node, "put", "k", "v", "--json");
      assertEquals("{\"status\":503}\n", ran.out());
      assertEquals(4, ran.exit());
    }
  }
}
