package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members as one node knows them, and each of them asked itself. */
final class Members {
  private static final int PATIENCE_MILLIS = 1_000;
  private static final int SCAN_MILLIS = 10_000;

  private Members() {}

  /** In the order of their names. */
  static List<Json> of(Session session) throws Failure, IOException {
    Answer answer = session.read(Request.of("GET", "/admin/members"));
    return Figures.byName(answer.json().get("members").items());
  }

  static String name(Json member) {
    return member.get("name").text();
  }

  /** What the member says of itself; nothing if it does not answer. */
  static Json describe(Json member) {
    return page(member, "/admin/members");
  }

  /** What the member has to bring or to get; nothing if it does not answer. */
  static Json transfers(Json member) {
    return page(member, "/admin/transfers");
  }

  private static Json page(Json member, String path) {
    try {
      Answer answer = ask(member, Request.of("GET", path), PATIENCE_MILLIS);
      return answer != null && answer.status() == 200 ? answer.json() : Json.NOTHING;
    } catch (IOException e) {
      return Json.NOTHING;
    }
  }

  /** Asks the member, which may have to read its disk for the answer; null if there is none. */
  static @Nullable Answer ask(Json member, Request request) {
    return ask(member, request, SCAN_MILLIS);
  }

  private static @Nullable Answer ask(Json member, Request request, int millis) {
    if (member.get("state").text().equals("down")) {
      return null;
    }
    try {
      var address = NodeAddress.parse(member.get("client").text());
      return new NodeClient(address).send(request.answerWithin(millis));
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }
}
