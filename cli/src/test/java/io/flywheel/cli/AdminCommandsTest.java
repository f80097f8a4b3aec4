package io.flywheel.cli;

import static io.flywheel.cli.FakeNode.answer;
import static io.flywheel.cli.Ran.against;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flywheel.cli.FakeNode.Asked;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What {@code status}, {@code ring} and {@code explain} make of a node's answers. */
final class AdminCommandsTest {
  private static final String MEMBERS =
      """
      {"cluster":"local","node":"node-1","serving":true,"waiting-for":"","hints-waiting":4,
       "disk-used-bytes":1572864,"era":7,"closed-era":5,"reaping-held-up-by":["node-2"],
       "proven-worst-seconds":93,"members":[
       {"id":"a1","name":"node-1","state":"alive","client":"127.0.0.1:1","peer":"127.0.0.1:2",
        "datacenter":"dc1","rack":"r1","silent-ms":null},
       {"id":"a2","name":"node-2","state":"down","client":"127.0.0.1:3","peer":"127.0.0.1:4",
        "datacenter":"dc1","rack":"r2","silent-ms":12345,"era":6,
        "reason":"not heard for 12 s, nor by node-3"}]}
      """;
  private static final String RING =
      """
      {"epoch":1,"partitions":4096,"n":2,"members":[
       {"id":"a1","name":"node-1","datacenter":"dc1","rack":"r1","weight":1,"copies":4096,
        "coordinates":2048,"share":0.5},
       {"id":"a2","name":"node-2","datacenter":"dc1","rack":"r2","weight":1,"copies":4096,
        "coordinates":2048,"share":0.5}]}
      """;
  private static final String TRANSFERS =
      """
      {"transfers":[{"kind":"hints","from":"node-1","to":"node-2","records":4}]}
      """;
  private static final String EXPLANATION =
      """
      {"namespace":"default","key":"k","token":"00ff","partition":7,"partitions":4096,"epoch":1,
       "preference-list":["node-2","node-1"],"hints-waiting":0,"last-proven":null,"replicas":[
       {"node":"node-2","primary":true,"note":"","answered":true,"siblings":[
        {"dot":"d1","incarnation":"beef","written-at":"2026-01-01T00:00:00Z","tombstone":false,
         "value-bytes":5,"content-type":"","expires-at":"2026-02-01T00:00:00Z"},
        {"dot":"d2","incarnation":"beef","written-at":"2026-01-02T00:00:00Z","tombstone":true,
         "value-bytes":0,"content-type":"","expires-at":null}]},
       {"node":"node-1","primary":true,"note":"","answered":false},
       {"node":"node-3","primary":false,"note":"","answered":true,"owed":["node-1"],"siblings":[]}]}
      """;

  private static String admin(Asked asked) {
    return switch (asked.path()) {
      case "/admin/members" -> answer(200, MEMBERS);
      case "/admin/ring" -> answer(200, RING);
      case "/admin/transfers" -> answer(200, TRANSFERS);
      case "/admin/explain/lww/k" -> answer(200, EXPLANATION);
      default -> answer(404, "{\"type\":\"/problems/unknown-path\"}");
    };
  }

  @Test
  void statusTellsWhoIsThereAndWhoIsNot() {
    try (var node = new FakeNode(AdminCommandsTest::admin)) {
      Ran ran = against(node, "status");
      assertEquals(0, ran.exit(), ran.err());
      List<String> lines = ran.out().lines().toList();
      assertEquals("cluster local, 2 members, ring epoch 1, seen by node-1", lines.get(0));
      assertEquals(
          List.of(
              "node-1",
              "alive",
              "-",
              "50.0%",
              "1.5MiB",
              "4",
              "93s",
              "7",
              "dc1/r1",
              "127.0.0.1:1",
              "127.0.0.1:2"),
          words(lines.get(2)));
      assertEquals(
          List.of(
              "node-2",
              "down",
              "12s",
              "50.0%",
              "-",
              "-",
              "-",
              "6",
              "dc1/r2",
              "127.0.0.1:3",
              "127.0.0.1:4"),
          words(lines.get(3)));
      assertEquals("node-2: not heard for 12 s, nor by node-3", lines.get(4));
      assertEquals("era 7, deletions are forgotten up to era 5; held up by node-2", lines.get(5));
      assertEquals("1 transfer", lines.get(6));
      assertEquals("  4 records, hints from node-1 to node-2", lines.get(7));
    }
  }

  @Test
  void statusTellsWhatChangesAndWhoIsWaitedFor() {
    String change =
        """
        {"kind":"join","node":"node-3","id":"a3","phase":"joining","began":2,
         "unconfirmed":["node-2"],"copies":48}
        """;
    var address = new AtomicReference<>("");
    try (var node =
        new FakeNode(
            asked ->
                switch (asked.path()) {
                  case "/admin/members" ->
                      answer(200, MEMBERS.replace("127.0.0.1:1\"", address.get() + "\""));
                  case "/admin/ring" ->
                      answer(200, RING.replaceFirst("\\{", "{\"change\":" + change + ","));
                  default ->
                      answer(
                          200,
                          "{\"transfers\":[],\"ring\":{\"copies\":48,\"copies-done\":12,"
                              + "\"bytes\":4096,\"bytes-done\":1024,\"bytes-per-second\":512}}");
                })) {
      address.set(node.address());
      List<String> lines = against(node, "status").out().lines().toList();
      assertEquals("node-3 is joining: joining, 48 copies of partitions move", lines.get(6));
      assertEquals("  not confirmed by node-2", lines.get(7));
      assertEquals(
          "  node-1 has yet to get 36 of 48 copies, about 3.0KiB, at 512B/s", lines.get(8));
      assertEquals("no transfers", lines.get(9));
      String shown = against(node, "ring").out();
      assertTrue(shown.contains("node-3 is joining; shown is the ring that is read"), shown);
    }
  }

  @Test
  void statusShowsAClusterThatIsNotFormedYet() {
    String members =
        "{\"cluster\":\"local\",\"node\":\"n\",\"serving\":false,\"waiting-for\":\"m\"}";
    try (var node =
        new FakeNode(
            asked ->
                asked.path().equals("/admin/ring")
                    ? answer(503, "{\"detail\":\"the cluster is not formed yet\"}")
                    : answer(200, members))) {
      Ran ran = against(node, "status");
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().contains("not formed yet"), ran.out());
      assertTrue(ran.out().contains("waiting for m"), ran.out());
    }
  }

  @Test
  void statusAsJsonHoldsAllThreeAnswers() {
    try (var node = new FakeNode(AdminCommandsTest::admin)) {
      String out = against(node, "status", "--json").out();
      assertEquals(
          "{\"members\":%s,\"ring\":%s,\"transfers\":%s}\n"
              .formatted(MEMBERS.strip(), RING.strip(), TRANSFERS.strip()),
          out);
    }
  }

  @Test
  void ringTellsWhoOwnsHowMuch() {
    try (var node = new FakeNode(AdminCommandsTest::admin)) {
      List<String> lines = against(node, "ring").out().lines().toList();
      assertEquals("epoch 1, 4096 partitions, 2 copies of each", lines.get(0));
      assertEquals(
          List.of("node-2", "dc1/r2", "1", "4096", "2048", "50.0%", "a2"), words(lines.get(3)));
      assertEquals(RING.stripTrailing() + "\n", against(node, "ring", "--json").out());
    }
  }

  @Test
  void explainTellsWhatEachReplicaHolds() {
    try (var node = new FakeNode(AdminCommandsTest::admin)) {
      Ran ran = against(node, "explain", "k", "--namespace", "lww");
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(
          """
          key         'k' of namespace lww
          token       00ff
          partition   7 of 4096, ring epoch 1
          preference  node-2, node-1
          hints       0 waiting
          proven      never yet identical on all replicas

          node-2 (primary)
            value of 5 bytes, dot d1, written at 2026-01-01T00:00:00Z by incarnation beef, \
          expires at 2026-02-01T00:00:00Z
            deletion, dot d2, written at 2026-01-02T00:00:00Z by incarnation beef

          node-1 (primary)
            did not answer

          node-3 (fallback, keeps it for node-1)
            holds nothing
          """,
          ran.out());
    }
  }

  private static List<String> words(String line) {
    return List.of(line.split(" +", -1));
  }
}
