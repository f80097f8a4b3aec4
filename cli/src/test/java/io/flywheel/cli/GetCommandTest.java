package io.flywheel.cli;

import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code flywheel get} and {@code flywheel delete} ask, print, and exit with. */
final class GetCommandTest {
  private static final String SIBLINGS =
      """
      {"versions":[{"value":"one"},{"value":"two\\nlines"},{"value":"/w==","encoding":"base64"}],
       "context":"c"}\
      """;

  @Test
  void theValueAloneGoesToStandardOutputByteForByte() {
    try (var node = FakeNode.answering(200, "{\"value\":\"ü\\n\\u0000\",\"context\":\"c\"}")) {
      Ran ran = against(node, "get", "k");
      assertEquals(0, ran.exit());
      assertEquals("ü\n\0", ran.out());
      assertEquals("", ran.err());
    }
    try (var node = FakeNode.answering(200, "{\"value\":\"/wAB\",\"encoding\":\"base64\"}")) {
      assertArrayEquals(new byte[] {(byte) 0xff, 0, 1}, against(node, "get", "k").bytes());
    }
  }

  @Test
  void aTerminalGetsALineEndForItsPrompt() {
    try (var node = FakeNode.answering(200, "{\"value\":\"v\"}")) {
      String[] words = {"get", "k", "--node", node.address()};
      assertEquals("v\n", Ran.run(Map.of(), "", true, words).out());
    }
  }

  @Test
  void severalSiblingsAreNumbered() {
    try (var node = FakeNode.answering(300, SIBLINGS)) {
      Ran ran = against(node, "get", "k");
      assertEquals(0, ran.exit());
      assertEquals("1: one\n2: two\n   lines\n3: /w== (base64)\n", ran.out());
    }
  }

  @Test
  void valuesMayBeLong() {
    String value = "v".repeat(22 << 20);
    try (var node = FakeNode.answering(200, "{\"value\":\"" + value + "\"}")) {
      assertEquals(value.length(), against(node, "get", "k").bytes().length);
    }
  }

  @Test
  void aFileTakesOneValue(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("value");
    try (var node = FakeNode.answering(300, SIBLINGS)) {
      Ran ran = against(node, "get", "k", "--file", file.toString());
      assertEquals(1, ran.exit());
      assertTrue(ran.err().contains("3 siblings"), ran.err());
      assertFalse(Files.exists(file));
    }
    try (var node = FakeNode.answering(200, "{\"value\":\"v\"}")) {
      Ran ran = against(node, "get", "k", "--file", file.toString());
      assertEquals("", ran.out());
      assertEquals("v", Files.readString(file));
    }
  }

  @Test
  void noValueIsExitThree() {
    try (var node = FakeNode.answering(404, "{\"title\":\"Not found\",\"context\":\"c\"}")) {
      Ran ran = against(node, "get", "k");
      assertEquals(3, ran.exit());
      assertEquals("", ran.out());
      assertTrue(ran.err().startsWith("flywheel: no value under 'k'"), ran.err());
      assertTrue(against(node, "get", "k", "--json").out().contains("\"context\":\"c\""));
    }
  }

  @ParameterizedTest
  @CsvSource({"400, 2", "429, 4", "500, 1", "503, 4", "504, 4"})
  void aReadThatFailsSaysSo(int status, int exit) {
    try (var node = FakeNode.answering(status, "not even JSON")) {
      Ran ran = against(node, "get", "k");
      assertEquals(exit, ran.exit());
      assertTrue(ran.err().contains("the node answered " + status), ran.err());
    }
    try (var node = new FakeNode(asked -> "")) {
      assertEquals(4, against(node, "get", "k").exit());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, /kv/a%2Fb",
    "'a b;+%', /kv/a%20b%3B%2B%25",
    "ü, /kv/%C3%BC",
    "'\ud83d\ude00', /kv/%F0%9F%98%80",
    "'x\udcffy\udc80', /kv/x%FFy%80"
  })
  void keysArePercentEncodedBytes(String key, String path) {
    try (var node = FakeNode.answering(200, "{\"value\":\"v\"}")) {
      against(node, "get", key);
      assertEquals(path, node.last().path());
    }
  }

  @Test
  void readOptionsBecomeHeaders() {
    try (var node = FakeNode.answering(200, "{\"value\":\"v\"}")) {
      against(node, "get", "k", "--r", "2", "--pr", "1", "--timeout", "200ms");
      assertEquals("2", node.last().header("r"));
      assertEquals("1", node.last().header("pr"));
      assertEquals("200ms", node.last().header("timeout"));
    }
  }

  @Test
  void theEnvironmentNamesTheNodeUnlessTheCommandLineDoes() {
    try (var node = FakeNode.answering(200, "{\"value\":\"v\"}")) {
      Map<String, String> environment = Map.of("FLYWHEEL_NODE", node.address());
      assertEquals("v", Ran.run(environment, "", false, "get", "k").out());
      Map<String, String> wrong = Map.of("FLYWHEEL_NODE", "nowhere");
      assertEquals(2, Ran.run(wrong, "", false, "get", "k").exit());
      String[] words = {"get", "k", "--node", node.address()};
      assertEquals("v", Ran.run(wrong, "", false, words).out());
    }
  }

  @Test
  void answersInChunksAreReadToo() {
    String chunked =
        """
        HTTP/1.1 200 OK\r
        Transfer-Encoding: chunked\r
        \r
        8\r
        {"value"\r
        5;x=y\r
        :"v"}\r
        0\r
        \r
        """;
    try (var node = new FakeNode(asked -> chunked)) {
      assertEquals("v", against(node, "get", "k").out());
    }
  }

  @Test
  void whatIsNoNodeIsToldApart() {
    try (var node = new FakeNode(asked -> "SSH-2.0-something\r\n")) {
      Ran ran = against(node, "get", "k");
      assertEquals(4, ran.exit());
      assertTrue(ran.err().contains("not a node of Flywheel"), ran.err());
    }
  }

  @Test
  void deleteSaysWhatItsReceiptSays() {
    String receipt =
        """
        {"context":"c","receipt":{"n":3,"primaries":3,"fallbacks":0,"racks":1,"durable":true}}\
        """;
    try (var node = FakeNode.answering(200, receipt)) {
      Ran ran = against(node, "delete", "k", "--context", "c1", "--w", "3");
      assertEquals("deleted: 3 of 3 nodes confirmed it, on disk\n", ran.out());
      assertEquals("DELETE /kv/k HTTP/1.1", node.last().line());
      assertEquals("c1", node.last().header("context"));
      assertEquals("3", node.last().header("w"));
    }
    try (var node = FakeNode.answering(404, "{}")) {
      assertEquals(3, against(node, "delete", "k").exit());
    }
    try (var node = FakeNode.answering(504, "{}")) {
      assertEquals(5, against(node, "delete", "k").exit());
    }
  }
}
