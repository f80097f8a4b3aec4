package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.KeptConnection;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What was accepted and is not there. */
final class Lost {
  private static final int READ_ATTEMPTS = 20;

  private Lost() {}

  /** The paths of those of these puts whose value a node does not show. */
  static List<String> of(PutLoad load, Set<Integer> puts, NodeAddress node)
      throws IOException, InterruptedException {
    List<String> lost = new ArrayList<>();
    try (var connection = new KeptConnection(node)) {
      for (int put : puts) {
        if (!read(connection, load.path(put)).contains("\"" + load.value(put) + "\"")) {
          lost.add(load.path(put));
        }
      }
    }
    return lost;
  }

  private static String read(KeptConnection connection, String path)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Answer answer = connection.send(Request.of("GET", path));
      if (answer.status() < 500 && answer.status() != 429) {
        return answer.text();
      }
      if (attempt == READ_ATTEMPTS) {
        throw new AssertionError(path + " cannot be read: " + answer.text());
      }
      Soak.pause(100);
    }
  }
}
