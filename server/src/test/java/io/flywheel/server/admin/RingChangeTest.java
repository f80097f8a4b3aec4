package io.flywheel.server.admin;

import static io.flywheel.server.admin.SeenClusters.NEWCOMER;
import static io.flywheel.server.admin.SeenClusters.formed;
import static io.flywheel.server.admin.SeenClusters.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flywheel.core.handoff.Transfers;
import io.flywheel.core.model.ClusterSettings;
import io.flywheel.core.model.Limits;
import io.flywheel.core.model.Quorum;
import io.flywheel.core.model.Replication;
import io.flywheel.core.node.Prospect;
import io.flywheel.core.node.RingAnswer;
import io.flywheel.core.ring.Cluster;
import io.flywheel.core.ring.LogEntry;
import io.flywheel.core.ring.RingChange;
import io.flywheel.core.ring.RingMember;
import io.flywheel.server.http.Answer;
import io.flywheel.server.http.HttpLimits;
import io.flywheel.server.http.RawClient.Response;
import io.flywheel.server.http.Route;
import io.flywheel.server.http.TestServer;
import io.flywheel.server.metrics.ServerMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /admin/ring} for those who change the ring: foretold, refused, begun, watched. */
@ParameterizedClass(name = "lanes: {0}")
@ValueSource(ints = {1, 2})
final class RingChangeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("carts", 64, Quorum.of(3, 2, 2), Limits.DEFAULT, List.of());

  @Parameter private int lanes;
  private final ServerMetrics metrics = new ServerMetrics();
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        new TestServer(
            HttpLimits.DEFAULT,
            lanes,
            port -> {
              var routes = new ArrayList<>(AdminRoutes.of(port, SETTINGS, metrics.requests()));
              routes.add(
                  new Route(
                      "/metrics",
                      new Page(
                          (head, reply) ->
                              Answer.text(200, "text/plain", metrics.scrape(port::view)))));
              return routes;
            });
    server.port().looksLike(() -> member(formed(4)));
  }

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
  }

  private static RingChange.Add add() {
    return new RingChange.Add(new RingMember(NEWCOMER.id(), NEWCOMER.zone(), 1));
  }

  private Response post(String body) throws IOException {
    return server.exchange("POST", "/admin/ring", "Content-Type: application/json\r\n", body);
  }

  private JsonNode posted(int status, String body) throws IOException {
    Response answer = post(body);
    assertEquals(status, answer.status(), answer.text());
    return JSON.readTree(answer.text());
  }

  private static JsonNode named(JsonNode nodes, String name) {
    for (JsonNode node : nodes) {
      if (node.get("name").textValue().equals(name)) {
        return node;
      }
    }
    throw new AssertionError(name + " is not among " + nodes);
  }

  @Test
  void aRingThatRestsHasNoChange() throws Exception {
    JsonNode page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals(1, page.get("epoch").intValue());
    assertTrue(page.get("change").isNull());
  }

  @Test
  void whatIsUnderWayIsShownAndReadersAreThoseBeforeItUntilItIsReady() throws Exception {
    Cluster joining = formed(4).after(new LogEntry.Begin(add(), NEWCOMER));
    server.port().looksLike(() -> member(joining));
    JsonNode page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals(2, page.get("epoch").intValue());
    assertEquals(4, page.get("members").size());
    JsonNode change = page.get("change");
    assertEquals("join", change.get("kind").textValue());
    assertEquals("node-5", change.get("node").textValue());
    assertEquals("joining", change.get("phase").textValue());
    assertEquals(2, change.get("began").intValue());
    assertEquals("node-2", change.get("unconfirmed").get(0).textValue());
    assertEquals("node-5", change.get("not-caught-up").get(0).textValue());
    int moving = change.get("copies").intValue();
    assertTrue(moving >= 38, "a fifth of 192 copies, not " + moving);

    server.port().looksLike(() -> member(joining.after(new LogEntry.Ready())));
    page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals(3, page.get("epoch").intValue());
    assertEquals(5, page.get("members").size());
    assertEquals("ready", page.get("change").get("phase").textValue());

    server.port().looksLike(() -> member(joining.after(new LogEntry.Undo())));
    page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals("undoing", page.get("change").get("phase").textValue());
  }

  @Test
  void whatIsFetchedIsTold() throws Exception {
    JsonNode page = JSON.readTree(server.exchange("GET", "/admin/transfers").text());
    JsonNode ring = page.get("ring");
    assertEquals(40, ring.get("copies").intValue());
    assertEquals(10, ring.get("copies-done").intValue());
    assertEquals(4_000, ring.get("bytes").intValue());
    assertEquals(1_000, ring.get("bytes-done").intValue());
    assertEquals(500, ring.get("bytes-per-second").intValue());
    assertEquals(7, ring.get("bytes-sent").intValue());
    assertEquals("node-2", ring.get("sources").get(0).get("node").textValue());
    assertEquals(2, ring.get("former-partitions").intValue());
    assertEquals(9, ring.get("records-released").intValue());
    String metrics = server.exchange("GET", "/metrics").text();
    assertTrue(metrics.contains("flywheel_transfer_bytes_remaining 3000.0"), metrics);
  }

  @Test
  void aRemovalIsForetoldAndNothingIsDone() throws Exception {
    JsonNode page =
        posted(
            200, "{\"change\":\"remove\",\"node\":\"node-4\",\"dry-run\":true,\"copy-bytes\":10}");
    assertEquals("remove", page.get("change").get("kind").textValue());
    assertEquals("node-4", page.get("change").get("node").textValue());
    JsonNode forecast = page.get("forecast");
    JsonNode dead = named(forecast.get("nodes"), "node-4");
    assertEquals(48, dead.get("copies").intValue());
    assertEquals(48, dead.get("loses").intValue());
    assertEquals(480, dead.get("lose-bytes").intValue());
    assertEquals(960, forecast.get("fetch-bytes").intValue(), "merged from two of the others");
    assertEquals(1_000, forecast.get("limit-bytes-per-second").intValue());
    long least = 16 * Transfers.LEAST_COPY_BYTES; // what a third of 48 copies is charged
    assertEquals(Math.ceilDiv(least, 1_000), forecast.get("seconds").longValue());
    JsonNode exposed = named(forecast.get("if-one-fails"), "node-1");
    assertTrue(exposed.get("partitions-by-copies").get(1).intValue() > 0, exposed.toString());
    assertEquals(List.of(), server.port().orders);
  }

  @Test
  void whatIsLeftOfThoseWhoAreSaidToBeLostIsForetold() throws Exception {
    JsonNode page =
        posted(
            200,
            "{\"change\":\"remove\",\"node\":\"node-4\",\"dry-run\":true,\"lost\":[\"node-4\"]}");
    JsonNode living = page.get("forecast").get("partitions-by-living");
    assertEquals(48, living.get(2).intValue());
    assertEquals(16, living.get(3).intValue());
    Response alive =
        post("{\"change\":\"remove\",\"node\":\"node-4\",\"dry-run\":true,\"lost\":[\"node-2\"]}");
    assertEquals(409, alive.status(), alive.text());

    server.port().looksLike(SeenClusters::outside);
    server.port().prospect = new Prospect(NEWCOMER, formed(4));
    page =
        posted(
            200,
            "{\"change\":\"replace\",\"node\":\"node-4\",\"dry-run\":true,\"lost\":[\"node-3\"]}");
    assertTrue(page.get("forecast").get("partitions-by-living").get(1).intValue() > 0);
    Response unknown =
        post("{\"change\":\"replace\",\"node\":\"node-4\",\"dry-run\":true,\"lost\":[\"node-9\"]}");
    assertEquals(409, unknown.status(), unknown.text());
  }

  @Test
  void otherNumbersOfCopiesAreForetoldShownAndRefused() throws Exception {
    String wanted = "{\"change\":\"replication\",\"dry-run\":true,\"replication\":{\"n\":%d}}";
    server.port().looksLike(() -> member(formed(5)));
    for (int n : new int[] {3, 6, 17}) {
      posted(409, wanted.formatted(n));
    }
    JsonNode page = posted(200, wanted.formatted(4));
    assertEquals("replication", page.get("change").get("kind").textValue());
    assertEquals("{\"n\":4}", page.get("change").get("replication").toString());
    JsonNode forecast = page.get("forecast");
    assertEquals(64, forecast.get("least-copies").intValue());
    assertTrue(forecast.get("copies").intValue() >= 64, forecast.toString());

    var change = new RingChange.Replicate(Replication.spread(4));
    Cluster growing = formed(5).after(new LogEntry.Begin(change, null));
    server.port().looksLike(() -> member(growing));
    page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals("{\"n\":3}", page.get("replication").toString());
    assertEquals("{\"n\":4}", page.get("change").get("replication").toString());
    server.port().looksLike(() -> member(growing.after(new LogEntry.Ready())));
    page = JSON.readTree(server.exchange("GET", "/admin/ring").text());
    assertEquals(4, page.get("n").intValue());
  }

  @Test
  void withoutAnEstimateACopyIsAsLargeAsThoseHere() throws Exception {
    JsonNode page = posted(200, "{\"change\":\"leave\",\"dry-run\":true}");
    assertEquals(4_096 / 48, page.get("forecast").get("copy-bytes").intValue());
    assertEquals("node-1", page.get("change").get("node").textValue());
  }

  @Test
  void aNewNodeForeseesItsJoiningByWhatItWasTold() throws Exception {
    server.port().looksLike(SeenClusters::outside);
    server.port().prospect = new Prospect(NEWCOMER, null);
    Response alone = post("{\"change\":\"join\",\"dry-run\":true}");
    assertEquals(503, alone.status(), alone.text());

    server.port().prospect = new Prospect(NEWCOMER, formed(4));
    JsonNode page = posted(200, "{\"change\":\"join\",\"dry-run\":true,\"copy-bytes\":100}");
    assertEquals("join", page.get("change").get("kind").textValue());
    JsonNode newcomer = named(page.get("forecast").get("nodes"), "node-5");
    int gained = newcomer.get("gains").intValue();
    assertTrue(gained >= 38 && gained <= 39, "a fifth of 192, not " + gained);
    assertEquals(gained * 100, newcomer.get("peak-extra-bytes").intValue());

    page = posted(200, "{\"change\":\"replace\",\"node\":\"node-4\",\"dry-run\":true}");
    assertEquals("node-4", page.get("change").get("replaces").textValue());
    assertEquals(48, page.get("forecast").get("copies").intValue());
    Response unknown = post("{\"change\":\"replace\",\"node\":\"node-9\"}");
    assertEquals(409, unknown.status(), unknown.text());
    assertTrue(unknown.text().contains("there are node-1, node-2"), unknown.text());

    JsonNode members = JSON.readTree(server.exchange("GET", "/admin/members").text());
    assertEquals("outside", members.get("standing").textValue());
    assertEquals("h:7401", members.get("met").get(0).get("client").textValue());
  }

  @Test
  void whatIsWantedReachesTheNode() throws Exception {
    posted(202, "{\"change\":\"leave\"}");
    posted(202, "{\"change\":\"remove\",\"node\":\"node-4\"}");
    posted(202, "{\"change\":\"weight\",\"node\":\"node-2\",\"weight\":3}");
    posted(202, "{\"change\":\"replication\",\"replication\":{\"n\":4}}");
    posted(202, "{\"change\":\"lost\",\"lost\":[\"node-4\",\"node-3\"]}");
    JsonNode undone = posted(202, "{\"change\":\"undo\"}");
    assertEquals(2, undone.get("epoch").intValue());
    assertTrue(undone.get("change").isNull());
    server.port().looksLike(SeenClusters::outside);
    server.port().prospect = new Prospect(NEWCOMER, formed(4));
    posted(202, "{\"change\":\"join\"}");
    posted(202, "{\"change\":\"replace\",\"node\":\"node-4\"}");
    assertEquals(
        List.of(
            "Leave[]",
            "Remove[name=node-4]",
            "Reweigh[name=node-2, weight=3]",
            "Replicate[replication={n: 4}]",
            "Lose[names=[node-4, node-3]]",
            "Undo[]",
            "join null",
            "join node-4"),
        server.port().orders);
  }

  @Test
  void whatTheMembersSayIsHandedOn() throws Exception {
    server.port().ringAnswer = new RingAnswer.Refused("node-2 has not confirmed yet");
    Response refused = post("{\"change\":\"leave\"}");
    assertEquals(409, refused.status());
    assertTrue(refused.text().contains("ring-change-refused"), refused.text());
    assertTrue(refused.text().contains("node-2 has not confirmed yet"), refused.text());

    server.port().ringAnswer = new RingAnswer.Unknown("no majority");
    Response unknown = post("{\"change\":\"leave\"}");
    assertEquals(504, unknown.status());
    assertEquals("unknown", JSON.readTree(unknown.text()).get("outcome").textValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'change':'remove','node':'node-2'}|node-2 is alive",
        "{'change':'remove','node':'node-9'}|there is no member node-9",
        "{'change':'weight','node':'node-9','weight':2}|there is no member node-9",
        "{'change':'join'}|node-1 is a member already",
        "{'change':'replace','node':'node-4'}|node-1 is a member already",
      })
  void whatCannotBeIsRefusedBeforeAnybodyIsAsked(String body, String reason) throws Exception {
    Response answer = post(body.replace('\'', '"'));
    assertEquals(409, answer.status(), answer.text());
    assertTrue(answer.text().contains(reason), answer.text());
    assertEquals(List.of(), server.port().orders);
  }

  @Test
  void oneChangeAtATime() throws Exception {
    Cluster joining = formed(4).after(new LogEntry.Begin(add(), NEWCOMER));
    server.port().looksLike(() -> member(joining));
    Response second = post("{\"change\":\"leave\"}");
    assertEquals(409, second.status());
    assertTrue(second.text().contains("changing already"), second.text());
    assertFalse(server.port().orders.contains("Leave[]"));
    posted(202, "{\"change\":\"undo\"}");
  }

  @Test
  void asManyMembersAsCopiesStay() throws Exception {
    server.port().looksLike(() -> member(formed(3)));
    Response answer = post("{\"change\":\"leave\"}");
    assertEquals(409, answer.status());
    assertTrue(answer.text().contains("add one first"), answer.text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|a JSON object is wanted",
        "[]|a JSON object is wanted",
        "{}|change is join, replace",
        "{'change':'explode'}|change is join, replace",
        "{'change':7}|change is a string",
        "{'change':'remove'}|remove needs a node",
        "{'change':'leave','node':'node-1'}|names none",
        "{'change':'leave','weight':2}|for the change",
        "{'change':'weight','node':'node-2'}|a weight is 1 to",
        "{'change':'weight','node':'node-2','weight':1001}|a weight is 1 to",
        "{'change':'weight','node':'node-2','weight':-1}|0 or more",
        "{'change':'weight','node':'node-2','weight':99999999999999999999}|0 or more",
        "{'change':'replication'}|needed there",
        "{'change':'leave','replication':{'n':3}}|needed there",
        "{'change':'replication','replication':3}|members are numbers",
        "{'change':'replication','replication':{}}|replication is",
        "{'change':'replication','replication':{'n':3,'dc1':3}}|replication is",
        "{'change':'replication','replication':{'n':0}}|n must be at least 1",
        "{'change':'replication','replication':{'dc1':0,'dc2':3}}|a data centre with 0 copies",
        "{'change':'replication','replication':{'dc1':'3'}}|replication.dc1 is a whole number",
        "{'change':'replication','replication':{'dc1':3,'dc1':3}}|there twice",
        "{'change':'replication','node':'n','replication':{'n':3}}|names none",
        "{'change':'leave','dry-run':'yes'}|true or false",
        "{'change':'undo','dry-run':true}|no dry-run",
        "{'change':'leave','color':'red'}|the members are change",
        "{'change':'leave'} x|not JSON",
        "{'change':'leave'|not JSON",
      })
  void whatIsMalformedIsRefused(String body, String reason) throws Exception {
    Response answer = post(body.replace('\'', '"'));
    assertEquals(400, answer.status(), answer.text());
    assertNotNull(answer.text());
    assertTrue(answer.text().contains(reason), answer.text());
  }
}
