package io.flywheel.cli;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.Json;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Members of a cluster, any of whom can tell how a change of the ring goes on: the one that was
 * asked first may be the one that leaves.
 */
final class Contacts {
  private static final int PATIENCE_MILLIS = 2_000;

  private final Set<String> addresses = new LinkedHashSet<>();

  /** Those that a node's {@code /admin/members} names, itself as the last of them. */
  static Contacts of(Json page, String asked) {
    var contacts = new Contacts();
    contacts.learn(page);
    contacts.addresses.remove(asked);
    contacts.addresses.add(asked);
    return contacts;
  }

  /** Takes over who is a member now. */
  void learn(Json page) {
    for (String list : List.of("members", "met")) {
      for (Json member : page.get(list).items()) {
        if (!member.get("state").text().equals("down")) {
          addresses.add(member.get("client").text());
        }
      }
    }
  }

  List<String> addresses() {
    return List.copyOf(addresses);
  }

  /** The first good answer to this; null where nobody gives one. */
  @Nullable Answer ask(String path) {
    for (String address : addresses()) {
      Answer answer = ask(address, path);
      if (answer != null) {
        // Who answers now will most likely answer the next question too.
        var others = new ArrayList<>(addresses);
        others.remove(address);
        addresses.clear();
        addresses.add(address);
        addresses.addAll(others);
        return answer;
      }
    }
    return null;
  }

  static @Nullable Answer ask(String address, String path) {
    try {
      var request = Request.of("GET", path).answerWithin(PATIENCE_MILLIS);
      Answer answer = new NodeClient(NodeAddress.parse(address)).send(request);
      return answer.status() == 200 ? answer : null;
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  static Json json(@Nullable Answer answer) {
    try {
      return answer == null ? Json.NOTHING : answer.json();
    } catch (IOException e) {
      return Json.NOTHING;
    }
  }
}
