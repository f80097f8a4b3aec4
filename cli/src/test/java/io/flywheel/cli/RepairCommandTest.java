package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What {@code repair} asks of whom, and what it makes of the answers. */
final class RepairCommandTest {
  private static final String ENDED =
      "{\"running\":false,\"proven\":8,\"partitions\":8,\"keysSent\":3}";

  /** A node that names itself as the client address of the only member that is there. */
  private static FakeNode node(Function<Asked, String> answers) {
    var address = new AtomicReference<>("");
    var node =
        new FakeNode(
            asked ->
                asked.path().equals("/admin/members")
                    ? answer(200, members(address.get()))
                    : answers.apply(asked));
    address.set(node.address());
    return node;
  }

  private static String members(String address) {
    return "{\"members\":[{\"name\":\"node-1\",\"state\":\"alive\",\"client\":\""
        + address
        + "\"}]}";
  }

  @Test
  void aRepairOfAllIsFollowedToItsEnd() {
    Queue<String> progress =
        new ArrayDeque<>(
            List.of(
                "{\"running\":true,\"proven\":2,\"partitions\":8,\"keysSent\":1}", ENDED, ENDED));
    try (var node =
        node(
            asked ->
                asked.method().equals("POST")
                    ? answer(202, "{\"partitions\":8}")
                    : answer(200, progress.remove()))) {
      Ran ran = against(node, "repair");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          node    partitions  proven  keys-sent
          node-1  8           8       3
          """,
          ran.out());
      assertEquals("/admin/repair", node.asked().get(1).path());
      assertEquals(
          "{\"repairs\":[{\"node\":\"node-1\",\"repair\":" + ENDED + "}]}\n",
          against(node, "repair", "--json").out());
    }
  }

  @Test
  void whatCouldNotBeComparedIsNoSuccess() {
    try (var node =
        node(
            asked ->
                asked.method().equals("POST")
                    ? answer(202, "{\"partitions\":8}")
                    : answer(200, ENDED.replace("\"proven\":8", "\"proven\":6")))) {
      Ran ran = against(node, "repair");
      assertEquals(4, ran.exit());
      assertTrue(ran.err().contains("2 comparisons"), ran.err());
    }
    String down = members("127.0.0.1:1").replace("alive", "down");
    try (var node = FakeNode.answering(200, down)) {
      Ran ran = against(node, "repair");
      assertEquals(4, ran.exit());
      assertTrue(ran.err().contains("node-1"), ran.err());
    }
  }

  @Test
  void aRepairThatTakesLongerThanOneWaitsGoesOn() {
    try (var node =
        node(asked -> answer(200, "{\"running\":true,\"proven\":0,\"partitions\":8}"))) {
      Ran ran = against(node, "repair", "--timeout", "1ms");
      assertEquals(4, ran.exit());
      assertTrue(ran.err().contains("goes on"), ran.err());
    }
  }

  @Test
  void oneKeyIsNamedWithItsNamespaceAndItsBytes() {
    try (var node = FakeNode.answering(202, "{\"replicas\":3,\"equal\":3,\"repaired\":1}")) {
      Ran ran = against(node, "repair", "a/b +", "--namespace", "lww");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals("/admin/repair?key=lww/a%2Fb%20%2B", node.last().path());
      assertEquals("POST", node.last().method());
      assertEquals(
          "'a/b +' of namespace lww: all 3 copies are equal, 1 of them mended just now\n",
          ran.out());
    }
    try (var node = FakeNode.answering(200, "{\"replicas\":3,\"equal\":2,\"repaired\":0}")) {
      Ran ran = against(node, "repair", "k");
      assertEquals(4, ran.exit());
      assertTrue(ran.err().contains("2 of 3 copies"), ran.err());
    }
  }
}
