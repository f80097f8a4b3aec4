package io.flywheel.server.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.core.antientropy.AntiEntropyFigures;
import io.flywheel.core.antientropy.RepairProgress;
import io.flywheel.core.handoff.TransferFigures;
import io.flywheel.core.membership.Liveness;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Outcome.Holding;
import io.flywheel.core.model.Bytes;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Key;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Member;
import io.flywheel.core.model.NodeId;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.RequestId;
import io.flywheel.core.model.Timestamp;
import io.flywheel.core.model.Zone;
import io.flywheel.core.node.EraView;
import io.flywheel.core.node.MemberView;
import io.flywheel.core.node.NodeCounters;
import io.flywheel.core.node.NodeView;
import io.flywheel.core.node.RingView;
import io.flywheel.core.node.Standing;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.ring.Placement;
import io.flywheel.core.ring.Ring;
import io.flywheel.core.ring.RingMember;
import io.flywheel.core.version.Actor;
import io.flywheel.core.version.AppliedRequest;
import io.flywheel.core.version.AppliedRequests;
import io.flywheel.core.version.Context;
import io.flywheel.core.version.Dot;
import io.flywheel.core.version.Sibling;
import io.flywheel.core.version.Siblings;
import io.flywheel.core.version.VersionVector;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.HttpLimits;
import io.flywheel.server.http.RawClient.Response;
import io.flywheel.server.http.Route;
import io.flywheel.server.http.ScriptedPort;
import io.flywheel.server.http.TestServer;
import io.flywheel.server.metrics.ServerMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class AdminTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("carts", 64, Quorum.of(3, 2, 2), Limits.DEFAULT, List.of());

  @Parameter private int lanes;
  private final ServerMetrics metrics = new ServerMetrics();
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(HttpLimits.DEFAULT, lanes, this::routes);
    server.port().looksLike(() -> view(true, ring()));
  }

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
  }

  private List<Route> routes(ScriptedPort port) {
    var routes = new ArrayList<>(AdminRoutes.of(port, SETTINGS, metrics.requests()));
    routes.add(
        new Route(
            "/metrics",
            new Page(
                (head, reply) ->
                    Answer.text(200, ServerMetrics.CONTENT_TYPE, metrics.scrape(port::view)))));
    return routes;
  }

  private static Ring ring() {
    var members = new ArrayList<RingMember>();
    for (int i = 1; i <= 4; i++) {
      members.add(new RingMember(new NodeId(i), new Zone("dc1", "r" + i), 1));
    }
    return Placement.form(members, 64, 3);
  }

  private static NodeView view(boolean serving, @Nullable Ring ring) {
    var members = new ArrayList<MemberView>();
    for (int i = 1; i <= 4; i++) {
      var member =
          new Member(
              new NodeId(i), "node-" + i, "h:740" + i, "h:750" + i, new Zone("dc1", "r" + i), 1);
      var state = i == 4 ? Liveness.DOWN : Liveness.ALIVE;
      members.add(new MemberView(member, state, "", i == 4 ? -1 : 10 * i, 0.123, 5, 2, 1));
    }
    return new NodeView(
        new NodeId(1),
        "node-1",
        serving,
        serving ? "" : "node-2 and node-3",
        0xabc,
        1,
        2,
        members,
        ring,
        new NodeCounters(7, 0, 0, 3, 2, 5, 4_096, 11, 4, 9),
        new AntiEntropyFigures(
            90_000,
            7_000,
            1,
            47,
            48,
            0,
            12,
            11,
            3,
            1,
            0,
            2,
            1,
            4_000,
            2,
            0,
            0,
            0,
            6,
            new RepairProgress(true, 17, 48, 6)),
        1,
        Map.of(new NodeId(4), 5L),
        2,
        false,
        new EraView(5, 3, List.of("node-4")),
        TransferFigures.NONE,
        new RingView(1, Standing.MEMBER, null),
        SETTINGS.records());
  }

  private JsonNode json(String path) throws IOException {
    Response answer = server.exchange("GET", path);
    assertEquals(200, answer.status(), answer.text());
    assertEquals("application/json", answer.header("Content-Type"));
    return JSON.readTree(answer.text());
  }

  @Test
  void health() throws Exception {
    assertEquals("live", json("/health/live").get("status").textValue());
    assertEquals("ready", json("/health/ready").get("status").textValue());

    server.port().looksLike(() -> view(false, null));
    assertEquals("live", json("/health/live").get("status").textValue());
    Response waiting = server.exchange("GET", "/health/ready");
    assertEquals(503, waiting.status());
    assertEquals("1", waiting.header("Retry-After"));
    assertTrue(waiting.text().contains("node-2 and node-3"), waiting.text());
    assertEquals(200, server.exchange("HEAD", "/health/live").status());
  }

  @Test
  void members() throws Exception {
    JsonNode page = json("/admin/members");
    assertEquals("carts", page.get("cluster").textValue());
    assertEquals("0000000000000abc", page.get("cluster-id").textValue());
    assertEquals("node-1", page.get("node").textValue());
    assertTrue(page.get("serving").booleanValue());
    assertEquals(5, page.get("hints-waiting").intValue());
    assertEquals(90, page.get("proven-worst-seconds").intValue());
    assertEquals(5, page.get("era").intValue());
    assertEquals(3, page.get("closed-era").intValue());
    assertEquals("node-4", page.get("reaping-held-up-by").get(0).textValue());
    assertEquals(2, page.get("members").get(0).get("era").intValue());
    assertEquals(1, page.get("members").get(0).get("settled").intValue());
    assertEquals("", page.get("members").get(0).get("reason").textValue());
    assertEquals(7, page.get("proven-median-seconds").intValue());
    assertEquals(4, page.get("members").size());
    JsonNode down = page.get("members").get(3);
    assertEquals("node-4", down.get("name").textValue());
    assertEquals("down", down.get("state").textValue());
    assertEquals("h:7404", down.get("client").textValue());
    assertEquals("r4", down.get("rack").textValue());
    assertTrue(down.get("silent-ms").isNull());
    assertEquals(20, page.get("members").get(1).get("silent-ms").intValue());
  }

  @Test
  void theRing() throws Exception {
    JsonNode page = json("/admin/ring");
    assertEquals(1, page.get("epoch").intValue());
    assertEquals(64, page.get("partitions").intValue());
    assertEquals(3, page.get("n").intValue());
    int copies = 0;
    double shares = 0;
    for (JsonNode member : page.get("members")) {
      copies += member.get("copies").intValue();
      shares += member.get("share").doubleValue();
    }
    assertEquals(64 * 3, copies);
    assertEquals(1.0, shares, 0.001);
    assertEquals(null, page.get("replicas"));

    JsonNode replicas = json("/admin/ring?full").get("replicas");
    assertEquals(64, replicas.size());
    assertEquals(3, replicas.get(0).size());
    assertTrue(replicas.get(0).get(0).textValue().startsWith("node-"));

    server.port().looksLike(() -> view(false, null));
    assertEquals(503, server.exchange("GET", "/admin/ring").status());
  }

  @Test
  void anExplanationNamesWhatEveryReplicaHolds() throws Exception {
    long birth = Timestamp.ofMillis(1_700_000_000_000L);
    var dot = new Dot(new Actor(0xfeed, birth), birth + (5L << 16) + 3);
    var siblings =
        new Siblings(
            Context.of(VersionVector.upTo(List.of(dot)), List.of()),
            List.of(
                Sibling.value(dot, Bytes.utf8("bread"), "text/plain", 1_800_000_000_000L),
                Sibling.tombstone(new Dot(new Actor(1, birth), birth))),
            AppliedRequests.of(List.of(new AppliedRequest(new RequestId(1, 2), 3, dot))));
    server
        .port()
        .answer(
            "",
            new Outcome.Explained(
                List.of(
                    new Holding(new NodeId(1), true, siblings, 3, List.of(new NodeId(4)), ""),
                    new Holding(new NodeId(4), true, null, 0, List.of(), "no answer")),
                12_345));
    JsonNode page = json("/admin/explain/carts/a%2Fb");

    var asked = (ClientRequest.Explain) server.port().next();
    assertEquals(Key.of("carts", "a/b"), asked.key());
    assertEquals("carts", page.get("namespace").textValue());
    assertEquals("a/b", page.get("key").textValue());
    assertEquals(32, page.get("token").textValue().length());
    assertEquals(3, page.get("preference-list").size());
    assertEquals(ring().partition(asked.key()).index(), page.get("partition").intValue());
    JsonNode first = page.get("replicas").get(0);
    assertEquals("node-1", first.get("node").textValue());
    assertTrue(first.get("primary").booleanValue());
    JsonNode bread = first.get("siblings").get(0);
    assertEquals("000000000000feed", bread.get("incarnation").textValue());
    assertEquals("2023-11-14T22:13:20.005Z", bread.get("written-at").textValue());
    assertEquals("2023-11-14T22:13:20Z", bread.get("born-at").textValue());
    assertEquals(3, bread.get("counter").intValue());
    assertEquals("2027-01-15T08:00:00Z", bread.get("expires-at").textValue());
    assertEquals(5, bread.get("value-bytes").intValue());
    assertTrue(first.get("siblings").get(1).get("tombstone").booleanValue());
    assertEquals(1, first.get("context").get("vector").size());
    assertEquals(1, first.get("requests").size());
    JsonNode second = page.get("replicas").get(1);
    assertEquals("node-4", second.get("node").textValue());
    assertTrue(!second.get("answered").booleanValue());
    assertEquals("no answer", second.get("note").textValue());
    assertEquals("node-4", first.get("owed").get(0).textValue());
    assertEquals("12 s ago", page.get("last-proven").textValue());
    assertEquals(3, first.get("era").intValue());
    assertEquals(1, page.get("hints-waiting").intValue());

    assertEquals(400, server.exchange("GET", "/admin/explain/").status());
    assertEquals(400, server.exchange("GET", "/admin/explain/..").status());
    server.port().answer("", new Outcome.Refused(Outcome.Refusal.UNKNOWN_NAMESPACE, "no"));
    assertEquals(404, server.exchange("GET", "/admin/explain/nowhere/a").status());
  }

  @Test
  void transfersAreWhatThisNodeHasToBringToOthers() throws Exception {
    JsonNode transfer = json("/admin/transfers").get("transfers").get(0);
    assertEquals("hints", transfer.get("kind").textValue());
    assertEquals("node-1", transfer.get("from").textValue());
    assertEquals("node-4", transfer.get("to").textValue());
    assertEquals(5, transfer.get("records").intValue());
  }

  @Test
  void losersAreListedInAllAndByKey() throws Exception {
    long birth = Timestamp.ofMillis(1_700_000_000_000L);
    var dot = new Dot(new Actor(1, birth), birth);
    var text = Sibling.value(dot, Bytes.utf8("bread"), "text/plain", 1_800_000_000_000L);
    var binary = Sibling.value(dot, Bytes.wrap(new byte[] {-1, 0}), "", Sibling.NEVER);
    server.port().losers.add(new LoserLog.Loser(Key.of("carts", "a/b"), text));
    server.port().losers.add(new LoserLog.Loser(Key.of("default", "c"), binary));

    JsonNode all = json("/admin/losers");
    assertTrue(all.get("complete").booleanValue());
    assertEquals(2, all.get("losers").size());
    JsonNode bread = all.get("losers").get(0);
    assertEquals("carts", bread.get("namespace").textValue());
    assertEquals("a/b", bread.get("key").textValue());
    assertEquals("bread", bread.get("value").textValue());
    assertEquals(null, bread.get("encoding"));
    assertEquals("text/plain", bread.get("content-type").textValue());
    assertEquals("2023-11-14T22:13:20Z", bread.get("written-at").textValue());
    assertEquals("2027-01-15T08:00:00Z", bread.get("expires-at").textValue());
    JsonNode bytes = all.get("losers").get(1);
    assertEquals("/wA=", bytes.get("value").textValue());
    assertEquals("base64", bytes.get("encoding").textValue());
    assertTrue(bytes.get("expires-at").isNull());

    for (String query :
        List.of("namespace=carts&key=a%2Fb", "namespace=carts&key=a/b", "key=carts/a/b")) {
      JsonNode one = json("/admin/losers?" + query).get("losers");
      assertEquals(1, one.size(), query);
      assertEquals("bread", one.get(0).get("value").textValue());
    }
    assertEquals("c", json("/admin/losers?key=c").get("losers").get(0).get("key").textValue());
  }

  @Test
  void aRepairOfTheNodeBeginsAtOnceAndTellsHowFarItIs() throws Exception {
    Response begun = server.exchange("POST", "/admin/repair");
    assertEquals(202, begun.status());
    assertEquals(48, JSON.readTree(begun.text()).get("partitions").intValue());
    assertEquals(1, server.port().repairs.get());
    JsonNode progress = json("/admin/repair");
    assertTrue(progress.get("running").booleanValue());
    assertEquals(17, progress.get("proven").intValue());
    assertEquals(6, progress.get("keysSent").intValue());
    assertEquals(1, server.port().repairs.get(), "looking begins nothing");
  }

  @Test
  void aRepairOfAKeyTellsHowManyCopiesAreEqual() throws Exception {
    server.port().answer("", new Outcome.Repaired(3, 2, 1));
    Response repaired = server.exchange("POST", "/admin/repair?key=carts/42");
    assertEquals(200, repaired.status());
    assertEquals("{\"replicas\":3,\"equal\":2,\"repaired\":1}", repaired.text().strip());
    var asked = (ClientRequest.Repair) server.port().next();
    assertEquals(Key.of("carts", "42"), asked.key());
    assertEquals(0, server.port().repairs.get());

    server
        .port()
        .answer("", new Outcome.NotDone(Outcome.Obstacle.TOO_FEW_REPLICAS, "2 of 3 are alive"));
    assertEquals(503, server.exchange("POST", "/admin/repair?key=42").status());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /admin/transfers, 200",
    "DELETE, /admin/repair, 405",
    "GET, /admin/repair?key=a, 400",
    "GET, /admin/losers?key=a&key=b, 400",
    "GET, /admin/losers?namespace=a, 400",
    "POST, /admin/losers, 405",
    "POST, /admin/repair?kye=a, 400",
    "POST, /admin/members, 405",
    "DELETE, /metrics, 405",
    "GET, /admin, 404",
    "GET, /admin/members/, 404",
    "PUT, /health/live, 405",
    "BREW, /health/live, 501",
  })
  void otherPages(String method, String path, int status) throws Exception {
    assertEquals(status, server.exchange(method, path).status());
  }

  @Test
  void metricsAreInPrometheusFormat() throws Exception {
    server.port().answer("", new Outcome.Explained(List.of(), Outcome.Explained.UNPROVEN));
    assertEquals(200, server.exchange("GET", "/admin/explain/a").status());
    metrics.requests().values(2);
    Response first = server.exchange("GET", "/metrics");
    assertEquals(200, first.status());
    assertEquals(ServerMetrics.CONTENT_TYPE, first.header("Content-Type"));
    for (String line :
        List.of(
            "flywheel_requests_seconds_bucket{operation=\"explain\",outcome=\"done\",le=\"0.001\"}",
            "flywheel_requests_seconds_count{operation=\"explain\",outcome=\"done\"} 1",
            "flywheel_member_state{member=\"node-4\",state=\"down\"} 1",
            "flywheel_member_state{member=\"node-1\",state=\"alive\"} 1",
            "flywheel_member_state{member=\"node-1\",state=\"down\"} 0",
            "flywheel_hints_waiting 5",
            "flywheel_hints_waiting_for{owner=\"node-4\"} 5",
            "flywheel_hint_bytes 4096",
            "flywheel_hints_paid_total 11",
            "flywheel_era 5",
            "flywheel_closed_era 3",
            "flywheel_keys_reaped_total 4",
            "flywheel_entries_shed_total 9",
            "flywheel_losers 2",
            "flywheel_disk_full 0",
            "flywheel_partition_proven_age_seconds{quantile=\"worst\"} 90",
            "flywheel_partition_proven_age_seconds{quantile=\"median\"} 7",
            "flywheel_trees_built 47",
            "flywheel_antientropy_keys_sent_total 2",
            "flywheel_read_repairs_total 7",
            "flywheel_siblings_bucket{le=\"2.0\"} 1",
            "flywheel_tombstones_written_total 3",
            "flywheel_ring_epoch 1",
            "flywheel_serving 1",
            "jvm_memory_used_bytes{")) {
      assertTrue(first.text().contains(line), line + " is not in\n" + first.text());
    }
    server.port().looksLike(() -> view(false, null));
    String second = server.exchange("GET", "/metrics").text();
    assertTrue(second.contains("flywheel_serving 0"), second);
    assertNotNull(second);
  }
}
