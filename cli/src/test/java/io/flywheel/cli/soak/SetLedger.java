package io.flywheel.cli.soak;

import io.flywheel.cli.http.Answer;
import io.flywheel.cli.http.NodeAddress;
import io.flywheel.cli.http.NodeClient;
import io.flywheel.cli.http.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which elements were acknowledged under which path, and which of them are not there. */
final class SetLedger {
  private final Map<String, Set<String>> acknowledged = new TreeMap<>();
  private final Map<String, Long> outcomes = new TreeMap<>();

  synchronized void acknowledge(String path, String element) {
    acknowledged.computeIfAbsent(path, unseen -> new TreeSet<>()).add(element);
  }

  synchronized void count(String outcome) {
    outcomes.merge(outcome, 1L, Long::sum);
  }

  /** How many attempts ended in which way. */
  synchronized String outcomes() {
    return outcomes.toString();
  }

  /** How many elements were acknowledged under paths that begin so. */
  synchronized long acknowledged(String prefix) {
    return acknowledged.entrySet().stream()
        .filter(set -> set.getKey().startsWith(prefix))
        .mapToLong(set -> set.getValue().size())
        .sum();
  }

  /** What was acknowledged and is in none of the siblings that all primaries together know. */
  List<String> missing(String prefix, NodeAddress node, int copies) throws IOException {
    Map<String, Set<String>> expected = new TreeMap<>();
    synchronized (this) {
      acknowledged.forEach(
          (path, elements) -> {
            if (path.startsWith(prefix)) {
              expected.put(path, new TreeSet<>(elements));
            }
          });
    }
    Set<String> missing = new TreeSet<>();
    for (Map.Entry<String, Set<String>> set : expected.entrySet()) {
      Request get =
          Request.of("GET", set.getKey()).header("PR", "" + copies).header("Timeout", "5s");
      Answer answer = new NodeClient(node).send(get);
      if (answer.status() != 200 && answer.status() != 300 && answer.status() != 404) {
        throw new IOException(set.getKey() + ": " + answer.status() + " " + answer.text());
      }
      set.getValue().removeAll(SoakClient.members(answer.json()));
      set.getValue().forEach(element -> missing.add(element + " of " + set.getKey()));
    }
    return List.copyOf(missing);
  }
}
